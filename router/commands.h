#ifndef EARSHOT_ROUTER_COMMANDS_H_
#define EARSHOT_ROUTER_COMMANDS_H_

namespace earshot::router {

// The command line of earshot-router. Exit codes: 0 done, 1 refused or failed,
// 2 wrong usage or configuration.
int RunCommand(int argc, char** argv);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_COMMANDS_H_
