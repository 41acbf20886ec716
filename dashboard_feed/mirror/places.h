#ifndef EARSHOT_DASHBOARD_FEED_MIRROR_PLACES_H_
#define EARSHOT_DASHBOARD_FEED_MIRROR_PLACES_H_

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace earshot::feed {

// Words that come again and again, each told once. Only grows; the numbers
// count from 0.
class Names {
 public:
  uint32_t NumberOf(std::string_view name);
  // The number it has, if it was told before.
  std::optional<uint32_t> Find(std::string_view name) const;
  const std::string& operator[](uint32_t number) const { return all_[number]; }
  uint32_t size() const { return static_cast<uint32_t>(all_.size()); }

 private:
  std::vector<std::string> all_;
  std::unordered_map<std::string, uint32_t> numbers_;
};

// Where something was observed. All empty: places beyond a bound.
struct Place {
  std::string site;
  std::string channel;
  std::string shift;
  friend auto operator<=>(const Place&, const Place&) = default;
};

// Every place that was ever heard of, by number. Only grows: bounded by the
// sites, channels and shifts that a router lets in. One thread.
class Places {
 public:
  uint32_t NumberOf(const Place& place);
  std::optional<uint32_t> Find(const Place& place) const;

  const std::vector<Place>& all() const { return all_; }
  uint32_t size() const { return static_cast<uint32_t>(all_.size()); }
  // The site and the shift of a place, as numbers of their own.
  uint32_t SiteOf(uint32_t place) const { return site_of_[place]; }
  uint32_t ShiftOf(uint32_t place) const { return shift_of_[place]; }
  // Of a site, whether or not anything was observed there.
  uint32_t SiteNumberOf(std::string_view site) { return sites_.NumberOf(site); }
  const Names& sites() const { return sites_; }
  const Names& shifts() const { return shifts_; }

 private:
  std::vector<Place> all_;
  std::vector<uint32_t> site_of_;
  std::vector<uint32_t> shift_of_;
  std::map<Place, uint32_t> numbers_;
  Names sites_;
  Names shifts_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_MIRROR_PLACES_H_
