#ifndef EARSHOT_ROUTER_ORGANISATION_CHECK_H_
#define EARSHOT_ROUTER_ORGANISATION_CHECK_H_

#include <string>
#include <vector>

#include "earshot/v1/configuration.pb.h"

namespace earshot::router {

// One thing that is wrong with an organisation, and in which of its parts.
struct OrganisationMistake {
  std::string field;  // of Organisation: "sites", "leaders", ...; empty: none
  int index = 0;      // among those of the field
  std::string text;   // what is wrong and what would be right
};

// Every mistake, in the order of the fields. Pure.
std::vector<OrganisationMistake> FindMistakes(
    const v1::Organisation& organisation);

// Empty, or as the time zone database names it.
bool IsTimeZone(const std::string& zone);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_ORGANISATION_CHECK_H_
