#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "tests/fuzz/input.h"

// Stands in for libFuzzer's main where a compiler has none: gives every file
// of the folders named to the target, once, in the order of their names. A
// folder without inputs is a failure.
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> InputsOf(const char* folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool Replay(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(in), {});
  if (!in.good() && !in.eof()) return false;
  // What ends the target is the last file named.
  std::printf("%s\n", file.filename().c_str());
  std::fflush(stdout);
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()),
                         bytes.size());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s FOLDER...\n", argv[0]);
    return 2;
  }
  for (int i = 1; i < argc; ++i) {
    const std::vector<fs::path> files = InputsOf(argv[i]);
    for (const fs::path& file : files) {
      if (!Replay(file)) {
        std::fprintf(stderr, "%s cannot be read\n", file.c_str());
        return 1;
      }
    }
    std::printf("%zu inputs of %s\n", files.size(), argv[i]);
    if (files.empty()) {
      std::fprintf(stderr, "%s has no input: keep a corpus there\n", argv[i]);
      return 1;
    }
  }
  return 0;
}
