// Questions and guidance of leaders, and what came of them.
#include <algorithm>
#include <utility>

#include "router/views/views.h"

namespace earshot::router {
namespace {

template <typename Message>
absl::StatusOr<std::optional<Message>> ReadBody(store::Statement& ask) {
  const auto row = ask.Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::optional<Message>();
  Message message;
  const bool parsed = message.ParseFromString(ask.Blob(0));
  ask.Reset();
  if (!parsed) return absl::DataLossError("a message cannot be read");
  return std::optional<Message>(std::move(message));
}

template <typename Message>
absl::StatusOr<std::vector<Message>> ReadBodies(store::Statement& read) {
  std::vector<Message> all;
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) return all;
    if (!all.emplace_back().ParseFromString(read.Blob(0))) {
      return absl::DataLossError("a message cannot be read");
    }
  }
}

}  // namespace

absl::Status Views::PutQuestion(const v1::QuestionResult& result) {
  return Sql("INSERT OR REPLACE INTO questions VALUES(?1,?2)")
      .BindBlob(1, result.question().id())
      .BindBlob(2, result.SerializeAsString())
      .Run();
}

absl::StatusOr<std::optional<v1::QuestionResult>> Views::FindQuestion(
    std::string_view id) {
  return ReadBody<v1::QuestionResult>(
      Sql("SELECT body FROM questions WHERE id=?1").BindBlob(1, id));
}

absl::Status Views::PutGuidance(const v1::GuidanceReach& reach) {
  return Sql("INSERT OR REPLACE INTO guidance VALUES(?1,?2,?3)")
      .BindBlob(1, reach.guidance().id())
      .Bind(2, reach.guidance().at().seconds())
      .BindBlob(3, reach.SerializeAsString())
      .Run();
}

absl::StatusOr<std::optional<v1::GuidanceReach>> Views::FindGuidance(
    std::string_view id) {
  return ReadBody<v1::GuidanceReach>(
      Sql("SELECT body FROM guidance WHERE id=?1").BindBlob(1, id));
}

absl::StatusOr<std::vector<v1::GuidanceReach>> Views::GuidanceSince(
    int64_t at) {
  return ReadBodies<v1::GuidanceReach>(
      Sql("SELECT body FROM guidance WHERE at>?1 ORDER BY at DESC LIMIT 1000")
          .Bind(1, at));
}

absl::Status Views::PutNews(const v1::SiteNews& news) {
  absl::Status status =
      Sql("INSERT OR REPLACE INTO site_news(id, body) VALUES(?1,?2)")
          .BindBlob(1, news.id())
          .BindBlob(2, news.SerializeAsString())
          .Run();
  if (!status.ok()) return status;
  return Sql("DELETE FROM site_news WHERE number<=(SELECT MAX(number) FROM "
             "site_news)-10000")
      .Run();
}

absl::StatusOr<std::optional<v1::SiteNews>> Views::FindNews(
    std::string_view id) {
  return ReadBody<v1::SiteNews>(
      Sql("SELECT body FROM site_news WHERE id=?1").BindBlob(1, id));
}

absl::Status Views::ForgetNews(std::string_view id) {
  return Sql("DELETE FROM site_news WHERE id=?1").BindBlob(1, id).Run();
}

absl::Status Views::PutSiteIssue(const v1::SiteIssue& issue) {
  absl::Status status =
      Sql("INSERT INTO site_issues(id, insight, site, told, shown, body) "
          "VALUES(?1,?2,?3,?4,?5,?6) ON CONFLICT(id) DO UPDATE SET "
          "told=excluded.told, shown=excluded.shown, body=excluded.body")
          .BindBlob(1, issue.id())
          .Bind(2, issue.insight())
          .BindText(3, issue.site())
          .Bind(4, issue.number())
          .Bind(5, issue.title().empty() ? 0 : 1)
          .BindBlob(6, issue.SerializeAsString())
          .Run();
  if (!status.ok()) return status;
  return Sql("DELETE FROM site_issues WHERE number<=(SELECT MAX(number) FROM "
             "site_issues)-100000")
      .Run();
}

absl::StatusOr<std::optional<v1::SiteIssue>> Views::FindSiteIssue(
    std::string_view id) {
  return ReadBody<v1::SiteIssue>(
      Sql("SELECT body FROM site_issues WHERE id=?1").BindBlob(1, id));
}

absl::StatusOr<std::vector<v1::SiteIssue>> Views::SiteIssuesOf(
    uint64_t insight) {
  return ReadBodies<v1::SiteIssue>(
      Sql("SELECT body FROM site_issues WHERE insight=?1 ORDER BY number")
          .Bind(1, insight));
}

absl::StatusOr<std::vector<v1::SiteIssue>> Views::SiteIssuesNotOwed(
    const std::string& site, const std::string& agent) {
  return ReadBodies<v1::SiteIssue>(
      Sql("SELECT body FROM site_issues s WHERE site=?1 AND NOT EXISTS(SELECT "
          "1 "
          "FROM replies WHERE answer=s.id AND agent=?2 AND "
          "record=CAST(s.told AS BLOB)) AND (shown=1 OR EXISTS(SELECT 1 FROM "
          "replies WHERE answer=s.id AND agent=?2)) ORDER BY number")
          .BindText(1, site)
          .BindText(2, agent));
}

absl::StatusOr<std::vector<std::string>> Views::AgentsOwed(
    std::string_view id) {
  std::vector<std::string> agents;
  store::Statement& read =
      Sql("SELECT DISTINCT agent FROM replies WHERE answer=?1 ORDER BY agent");
  read.BindBlob(1, id);
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) return agents;
    agents.push_back(read.Text(0));
  }
}

absl::StatusOr<uint64_t> Views::AgentsReached(std::string_view id) {
  return OneNumber(Sql("SELECT COUNT(DISTINCT r.agent) FROM replies r JOIN "
                       "reply_cursors c ON c.agent=r.agent AND c.acked>=r.seq "
                       "WHERE r.answer=?1")
                       .BindBlob(1, id),
                   0);
}

absl::StatusOr<bool> Views::WasOwed(std::string_view id,
                                    std::string_view record,
                                    const std::string& agent) {
  const auto found = OneNumber(
      Sql("SELECT 1 FROM replies WHERE answer=?1 AND record=?2 AND agent=?3")
          .BindBlob(1, id)
          .BindBlob(2, record)
          .BindText(3, agent),
      0);
  if (!found.ok()) return found.status();
  return *found == 1;
}

absl::StatusOr<bool> Views::NoteOnce(std::string_view about,
                                     std::string_view who) {
  absl::Status status =
      Sql("INSERT INTO noted_once VALUES(?1,?2) ON CONFLICT DO NOTHING")
          .BindBlob(1, about)
          .BindBlob(2, who)
          .Run();
  if (!status.ok()) return status;
  return database_->Changes() == 1;
}

absl::StatusOr<int64_t> Views::LastPulse(const std::string& agent) {
  const auto at = OneNumber(
      Sql("SELECT at FROM pulses WHERE agent=?1").BindText(1, agent), 0);
  if (!at.ok()) return at.status();
  return static_cast<int64_t>(*at);
}

absl::Status Views::NotePulse(const std::string& agent, int64_t at) {
  return Sql("INSERT OR REPLACE INTO pulses VALUES(?1,?2)")
      .BindText(1, agent)
      .Bind(2, at)
      .Run();
}

}  // namespace earshot::router
