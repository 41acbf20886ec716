#ifndef EARSHOT_AGENTS_PHONES_NETWORK_ADDRESS_H_
#define EARSHOT_AGENTS_PHONES_NETWORK_ADDRESS_H_

#include <optional>
#include <string>

// Where this machine is found in a network. Any thread.
namespace earshot::agents {

// An IPv4 address that others in its network reach it by: of several the first
// that the system names, of an interface that is up. Nothing: it has none but
// its own.
std::optional<std::string> NetworkAddress();

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_PHONES_NETWORK_ADDRESS_H_
