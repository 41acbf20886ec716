#ifndef EARSHOT_DASHBOARD_FEED_BRIEF_BRIEF_H_
#define EARSHOT_DASHBOARD_FEED_BRIEF_BRIEF_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "earshot/v1/digest.pb.h"

// The meeting brief: what of a digest goes on one page to sit down with. Pure.
namespace earshot::feed {

// In this order, and at most so many of each; every text is cut so that the
// page holds them all:
//
//   numbers      the digest's three
//   decision     kMostDecisions that wait for the leader
//   top          kMostTop others: what came back, the highest, new, rising
//   due          kMostDue commitments, the overdue first
//   answered     kMostAnswered: you said, we did
//   recognition  one good work
//   question     one to ask the room
//
// Each insight of `top` and `recognition` keeps one verbatim, if small groups
// left the digest any. A brief of a brief is the same brief.
constexpr int kMostDecisions = 3;
constexpr int kMostTop = 3;
constexpr int kMostDue = 4;
constexpr int kMostAnswered = 3;
v1::Digest MakeBrief(const v1::Digest& digest);

// The beginning of `utf8`, at most `columns` wide with the dots that stand for
// the rest; East Asian scripts and the widest letters take two. Line breaks
// become blanks.
std::string CutText(std::string_view utf8, size_t columns);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_BRIEF_BRIEF_H_
