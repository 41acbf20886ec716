#ifndef EARSHOT_PROTO_CONTRACT_LEADER_SCOPE_H_
#define EARSHOT_PROTO_CONTRACT_LEADER_SCOPE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "earshot/v1/configuration.pb.h"

// What a leader may see, by the organisation file: the one place that says so.
namespace earshot::contract {

// `topic` is one of the scope's, or below one; without any, every topic is.
bool TopicInScope(const v1::Scope& scope, std::string_view topic);

// Regions by the organisation's sites; a site that the organisation does not
// name is in no region. Goes through all sites: for one question.
bool PlaceInScope(const v1::Organisation& organisation, const v1::Scope& scope,
                  const std::string& site, const std::string& channel,
                  const std::string& shift);

// It leaves out some sites, channels or shifts; a limit on topics does not.
bool LimitsPlaces(const v1::Scope& scope);

// A leader's `scope`, within the topics of their functions, and whatever is
// seen `also`. An observation is seen where one of these scopes covers both its
// topic and its place; within one scope all limits that are given must match.
// Who has no `also` sees nothing beyond `scope`. What cannot be made sense of,
// as a function that the organisation does not name, covers nothing.
//
// Immutable; any thread; the organisation and the leader outlive it. Memory: a
// pointer for each site of the regions in the leader's scopes.
class LeaderScope {
 public:
  static constexpr int kMostAlso = 7;  // further ones are not seen

  // Some of the leader's scopes, a bit each. What covers a topic and what
  // covers a place is asked once for many observations: one of that topic at
  // that place is seen if the two have a scope in common.
  using Scopes = uint32_t;

  LeaderScope(const v1::Organisation& organisation, const v1::Leader& leader);

  Scopes OfTopic(std::string_view topic) const;
  Scopes OfPlace(const std::string& site, const std::string& channel,
                 const std::string& shift) const;
  // At any shift.
  Scopes OfSite(const std::string& site, const std::string& channel) const;
  // At any shift and channel.
  Scopes OfSite(const std::string& site) const;
  bool Covers(std::string_view topic, const std::string& site,
              const std::string& channel, const std::string& shift) const {
    return (OfTopic(topic) & OfPlace(site, channel, shift)) != 0;
  }

  // One of these leaves out no place.
  bool HasEveryPlace(Scopes scopes) const;
  // One of the leader's scopes is limited by shift.
  bool ByShift() const;
  // The number of the leader's scopes: bits below it are used.
  int size() const { return static_cast<int>(parts_.size()); }

 private:
  struct Part {
    const v1::Scope* scope;
    std::vector<const v1::OrgFunction*> functions;
    bool of_functions = false;  // only topics of `functions`
    std::unordered_set<std::string_view> sites_of_regions;
  };
  void Add(const v1::Organisation& organisation, const v1::Scope& scope);
  template <typename Matches>
  Scopes Where(const Matches& matches) const;
  static bool SiteMatches(const Part& part, const std::string& site);

  std::vector<Part> parts_;
};

}  // namespace earshot::contract

#endif  // EARSHOT_PROTO_CONTRACT_LEADER_SCOPE_H_
