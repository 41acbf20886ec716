#include <google/protobuf/stubs/logging.h>

// In each target: libprotobuf tells stderr of every string that is not UTF-8,
// and inputs are full of them.
namespace {

[[maybe_unused]] auto* const kHandlerBefore =
    google::protobuf::SetLogHandler(nullptr);

}  // namespace
