#ifndef EARSHOT_DASHBOARD_FEED_COMMANDS_H_
#define EARSHOT_DASHBOARD_FEED_COMMANDS_H_

namespace earshot::feed {

// The command line. 0: done; 1: refused or failed; 2: wrong usage or
// configuration.
int RunCommand(int argc, char** argv);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_COMMANDS_H_
