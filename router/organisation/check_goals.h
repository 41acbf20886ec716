#ifndef EARSHOT_ROUTER_ORGANISATION_CHECK_GOALS_H_
#define EARSHOT_ROUTER_ORGANISATION_CHECK_GOALS_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/v1/configuration.pb.h"
#include "router/organisation/check.h"

namespace earshot::router {

// Every mistake in the organisation's goals. Pure.
std::vector<OrganisationMistake> FindGoalMistakes(
    const v1::Organisation& organisation);

// Goals about topics that `known` does not know, each a sentence: the file of
// topics is another one.
std::vector<std::string> GoalsWithoutTopic(
    const v1::Organisation& organisation,
    const std::function<bool(std::string_view)>& known);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_ORGANISATION_CHECK_GOALS_H_
