#ifndef EARSHOT_ROUTER_TEXT_TAXONOMY_CHECK_H_
#define EARSHOT_ROUTER_TEXT_TAXONOMY_CHECK_H_

#include <string>
#include <vector>

#include "earshot/v1/configuration.pb.h"

namespace earshot::router {

// What is wrong with the topics themselves, their rules aside: paths, parents,
// lengths, costs, deadlines. Each mistake names its topic and what to do. Pure.
std::vector<std::string> TopicMistakes(const v1::Taxonomy& taxonomy);

// "checkout" of "checkout/self_checkout"; "" at the first level.
std::string ParentPath(const std::string& path);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_TAXONOMY_CHECK_H_
