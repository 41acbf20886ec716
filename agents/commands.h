#ifndef EARSHOT_AGENTS_COMMANDS_H_
#define EARSHOT_AGENTS_COMMANDS_H_

namespace earshot::agents {

// The whole program. 0: done; 1: refused or failed; 2: the command line, the
// input or the configuration cannot be read.
int RunCommandLine(int argc, char** argv);

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_COMMANDS_H_
