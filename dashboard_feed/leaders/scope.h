#ifndef EARSHOT_DASHBOARD_FEED_LEADERS_SCOPE_H_
#define EARSHOT_DASHBOARD_FEED_LEADERS_SCOPE_H_

#include <string>

#include "earshot/v1/configuration.pb.h"
#include "earshot/v1/insight.pb.h"

// What a scope covers: all the lists that are given must match. Pure.
namespace earshot::feed {

// `topic` is one of `roots`, or below one.
bool TopicInScope(const v1::Scope& scope, const std::string& topic);

// Regions by the organisation's sites; a site that the organisation does not
// name is in no region.
bool SiteInScope(const v1::Organisation& organisation, const v1::Scope& scope,
                 const std::string& site);

bool PlaceInScope(const v1::Organisation& organisation, const v1::Scope& scope,
                  const std::string& site, const std::string& channel,
                  const std::string& shift);

// It leaves out some sites, channels or shifts; a limit on topics does not.
bool LimitsPlaces(const v1::Scope& scope);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_LEADERS_SCOPE_H_
