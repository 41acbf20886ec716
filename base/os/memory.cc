#include "base/os/memory.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace earshot::os {
namespace {

// Segments that are never written hold nothing but what the file has.
int DropSegments(dl_phdr_info* info, size_t /*size*/, void* page_size) {
  const auto page = *static_cast<const uintptr_t*>(page_size);
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const uintptr_t start = (info->dlpi_addr + segment.p_vaddr) & ~(page - 1);
    const uintptr_t end = info->dlpi_addr + segment.p_vaddr + segment.p_memsz;
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    ::madvise(reinterpret_cast<void*>(start), end - start, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void GiveBackMemory() {
  ::malloc_trim(0);
  auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  ::dl_iterate_phdr(&DropSegments, &page);
}

void KeepFreedMemory(size_t bytes) {
  // The most that the C library takes for a piece of its own.
  constexpr size_t kLargestPiece = size_t{32} << 20U;
  ::mallopt(M_MMAP_THRESHOLD, static_cast<int>(std::min(bytes, kLargestPiece)));
  ::mallopt(M_TRIM_THRESHOLD, static_cast<int>(bytes));
}

}  // namespace earshot::os
