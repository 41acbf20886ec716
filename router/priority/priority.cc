#include "router/priority/priority.h"

#include "proto/contract/score.h"
#include "router/insight/insight.h"

namespace earshot::router {

void Prioritise(v1::Insight& insight, const v1::PriorityWeights& weights) {
  contract::Score score(weights);
  score.Severity(insight.severity_max());
  score.Breadth(insight.reporters(), SiteCount(insight),
                "distinct people and sites");
  score.Volume(insight.observations());
  score.Sentiment(insight.negative());
  score.Cost(uint64_t{insight.reporters()} * insight.cost().typical());
  score.Safety(insight.open_always());
  score.Recurrence(insight.state(), insight.regressions());
  score.Standing(insight.state(), insight.kind());
  score.Fill(insight);
}

}  // namespace earshot::router
