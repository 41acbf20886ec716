#include "router/text/shipped_model.h"

__asm__(
    ".pushsection .rodata\n"
    ".balign 64\n"
    ".globl earshot_shipped_model\n"
    "earshot_shipped_model:\n"
    ".incbin \"" EARSHOT_SHIPPED_MODEL
    "\"\n"
    ".globl earshot_shipped_model_end\n"
    "earshot_shipped_model_end:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" {
extern const char earshot_shipped_model[];
extern const char earshot_shipped_model_end[];
}

namespace earshot::router {

std::string_view ShippedModelBytes() {
  return {earshot_shipped_model, static_cast<size_t>(earshot_shipped_model_end -
                                                     earshot_shipped_model)};
}

}  // namespace earshot::router
