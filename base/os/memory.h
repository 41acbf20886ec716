#ifndef EARSHOT_BASE_OS_MEMORY_H_
#define EARSHOT_BASE_OS_MEMORY_H_

namespace earshot::os {

// Gives memory that was needed to start back to the system: free heap, and
// code and constants of the program and its libraries, which come back from
// the file by themselves when they are used again. For programs that rest most
// of the time. Takes about a millisecond; any thread.
void GiveBackMemory();

}  // namespace earshot::os

#endif  // EARSHOT_BASE_OS_MEMORY_H_
