#ifndef EARSHOT_BASE_OS_MEMORY_H_
#define EARSHOT_BASE_OS_MEMORY_H_

#include <cstddef>

namespace earshot::os {

// Gives memory that was needed to start back to the system: free heap, and
// code and constants of the program and its libraries, which come back from
// the file by themselves when they are used again. For programs that rest most
// of the time. Takes about a millisecond; any thread.
void GiveBackMemory();

// The opposite: memory that was let go of stays with the process, up to so many
// bytes, large pieces too. For programs that do the same large work again and
// again: on a virtual machine a new page costs more than what is written to it.
// Where another allocator than the C library's is in use it changes nothing.
// Once, before the first thread.
void KeepFreedMemory(size_t bytes);

}  // namespace earshot::os

#endif  // EARSHOT_BASE_OS_MEMORY_H_
