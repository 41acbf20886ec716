#include "proto/contract/leader_scope.h"

#include <algorithm>

namespace earshot::contract {
namespace {

using Names = google::protobuf::RepeatedPtrField<std::string>;

bool Allows(const Names& limit, const std::string& value) {
  return limit.empty() ||
         std::find(limit.begin(), limit.end(), value) != limit.end();
}

bool Below(const Names& roots, std::string_view topic) {
  return std::any_of(roots.begin(), roots.end(), [&](const std::string& root) {
    return topic.substr(0, root.size()) == root &&
           (topic.size() == root.size() || topic[root.size()] == '/');
  });
}

const v1::OrgFunction* FindFunction(const v1::Organisation& organisation,
                                    const std::string& id) {
  for (const v1::OrgFunction& function : organisation.functions()) {
    if (function.id() == id) return &function;
  }
  return nullptr;
}

}  // namespace

bool TopicInScope(const v1::Scope& scope, std::string_view topic) {
  return scope.topics().empty() || Below(scope.topics(), topic);
}

bool PlaceInScope(const v1::Organisation& organisation, const v1::Scope& scope,
                  const std::string& site, const std::string& channel,
                  const std::string& shift) {
  if (!Allows(scope.sites(), site) || !Allows(scope.channels(), channel) ||
      !Allows(scope.shifts(), shift)) {
    return false;
  }
  if (scope.regions().empty()) return true;
  return std::any_of(organisation.sites().begin(), organisation.sites().end(),
                     [&](const v1::Site& entry) {
                       return entry.id() == site &&
                              Allows(scope.regions(), entry.region());
                     });
}

bool LimitsPlaces(const v1::Scope& scope) {
  return !scope.sites().empty() || !scope.regions().empty() ||
         !scope.channels().empty() || !scope.shifts().empty();
}

LeaderScope::LeaderScope(const v1::Organisation& organisation,
                         const v1::Leader& leader) {
  Add(organisation, leader.scope());
  Part& own = parts_.front();
  own.of_functions = !leader.functions().empty();
  for (const std::string& id : leader.functions()) {
    if (const auto* function = FindFunction(organisation, id)) {
      own.functions.push_back(function);
    }
  }
  const int also = std::min(leader.also_size(), kMostAlso);
  for (int i = 0; i < also; ++i) Add(organisation, leader.also(i));
}

void LeaderScope::Add(const v1::Organisation& organisation,
                      const v1::Scope& scope) {
  Part& part = parts_.emplace_back();
  part.scope = &scope;
  if (scope.regions().empty()) return;
  for (const v1::Site& site : organisation.sites()) {
    if (Allows(scope.regions(), site.region())) {
      part.sites_of_regions.insert(site.id());
    }
  }
}

template <typename Matches>
LeaderScope::Scopes LeaderScope::Where(const Matches& matches) const {
  Scopes scopes = 0;
  for (size_t i = 0; i < parts_.size(); ++i) {
    if (matches(parts_[i])) scopes |= Scopes{1} << i;
  }
  return scopes;
}

bool LeaderScope::SiteMatches(const Part& part, const std::string& site) {
  return Allows(part.scope->sites(), site) &&
         (part.scope->regions().empty() ||
          part.sites_of_regions.find(site) != part.sites_of_regions.end());
}

LeaderScope::Scopes LeaderScope::OfTopic(std::string_view topic) const {
  return Where([&](const Part& part) {
    if (!TopicInScope(*part.scope, topic)) return false;
    return !part.of_functions ||
           std::any_of(part.functions.begin(), part.functions.end(),
                       [&](const v1::OrgFunction* function) {
                         return Below(function->topics(), topic);
                       });
  });
}

LeaderScope::Scopes LeaderScope::OfPlace(const std::string& site,
                                         const std::string& channel,
                                         const std::string& shift) const {
  return Where([&](const Part& part) {
    return SiteMatches(part, site) && Allows(part.scope->channels(), channel) &&
           Allows(part.scope->shifts(), shift);
  });
}

LeaderScope::Scopes LeaderScope::OfSite(const std::string& site,
                                        const std::string& channel) const {
  return Where([&](const Part& part) {
    return SiteMatches(part, site) && Allows(part.scope->channels(), channel);
  });
}

LeaderScope::Scopes LeaderScope::OfSite(const std::string& site) const {
  return Where([&](const Part& part) { return SiteMatches(part, site); });
}

bool LeaderScope::HasEveryPlace(Scopes scopes) const {
  return (scopes & Where([](const Part& part) {
            return !LimitsPlaces(*part.scope);
          })) != 0;
}

bool LeaderScope::ByShift() const {
  return Where([](const Part& part) {
           return !part.scope->shifts().empty();
         }) != 0;
}

}  // namespace earshot::contract
