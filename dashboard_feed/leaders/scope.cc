#include "dashboard_feed/leaders/scope.h"

#include <algorithm>

namespace earshot::feed {
namespace {

using Names = google::protobuf::RepeatedPtrField<std::string>;

bool Allows(const Names& limit, const std::string& value) {
  return limit.empty() ||
         std::find(limit.begin(), limit.end(), value) != limit.end();
}

}  // namespace

bool TopicInScope(const v1::Scope& scope, const std::string& topic) {
  if (scope.topics().empty()) return true;
  return std::any_of(scope.topics().begin(), scope.topics().end(),
                     [&](const std::string& root) {
                       return topic == root || topic.rfind(root + "/", 0) == 0;
                     });
}

bool SiteInScope(const v1::Organisation& organisation, const v1::Scope& scope,
                 const std::string& site) {
  if (!Allows(scope.sites(), site)) return false;
  if (scope.regions().empty()) return true;
  for (const v1::Site& entry : organisation.sites()) {
    if (entry.id() == site) return Allows(scope.regions(), entry.region());
  }
  return false;
}

bool PlaceInScope(const v1::Organisation& organisation, const v1::Scope& scope,
                  const std::string& site, const std::string& channel,
                  const std::string& shift) {
  return SiteInScope(organisation, scope, site) &&
         Allows(scope.channels(), channel) && Allows(scope.shifts(), shift);
}

bool LimitsPlaces(const v1::Scope& scope) {
  return !scope.sites().empty() || !scope.regions().empty() ||
         !scope.channels().empty() || !scope.shifts().empty();
}

}  // namespace earshot::feed
