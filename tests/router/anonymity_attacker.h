#ifndef EARSHOT_TESTS_ROUTER_ANONYMITY_ATTACKER_H_
#define EARSHOT_TESTS_ROUTER_ANONYMITY_ATTACKER_H_

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/store/database.h"
#include "earshot/v1/log.pb.h"
#include "proto/contract/ids.h"
#include "router/fold/keys.h"
#include "router/log/block.h"
#include "tests/testing/temp_folder.h"

namespace earshot::router {

// Reports by the agents that they were traced to.
using Links = std::map<std::string, std::set<std::string>>;

// Somebody who has every file that a router keeps, its key as well, and the
// names of all agents, and tries to find out which of them sent each anonymous
// report: by rows, ids and hashes, by keys made again, and by order.
class Attacker {
 public:
  Attacker(const testing::TempFolder& folder, std::string key,
           std::vector<std::string> agents)
      : folder_(folder), key_(std::move(key)), agents_(std::move(agents)) {
    Open("log.db");
    Open("views.db");
    EachEntry([&](const BlockReader& entry) {
      v1::ObservationRecord said;
      if (entry.kind() != v1::LOG_OBSERVATION) return;
      said.ParseFromString(std::string(entry.body()));
      if (!said.anonymous()) return;
      report_at_[entry.position()] = said.observation();
      reports_.insert(said.observation());
    });
  }

  Links Try() {
    ByRows();
    ByKeys();
    ByOrder();
    return links_;
  }

 private:
  static constexpr size_t kIdBytes = 16;
  using Row = std::function<void(store::Statement&)>;

  void Open(const std::string& file) {
    store::OpenOptions options;
    options.read_only = true;
    databases_.push_back(
        *store::Database::Open(folder_.File(file), {}, options));
  }
  static void Each(store::Database& database, const std::string& sql,
                   const Row& row) {
    store::Statement read = database.Prepare(sql);
    while (true) {
      const auto more = read.Step();
      ASSERT_TRUE(more.ok()) << more.status();
      if (!*more) return;
      row(read);
    }
  }

  void EachEntry(const std::function<void(const BlockReader&)>& entry) {
    Each(*databases_[0],
         "SELECT first, bodies, parts FROM log_blocks ORDER BY last",
         [&](store::Statement& row) {
           BlockReader read(row.Unsigned(0), row.View(1), row.View(2));
           while (read.Next()) entry(read);
           EXPECT_FALSE(read.damaged());
         });
  }

  // Every report that the bytes may name: its id, or that of its record.
  std::set<std::string> Named(const std::string& bytes) const {
    std::set<std::string> found;
    for (size_t at = 0; at + kIdBytes <= bytes.size(); ++at) {
      const std::string id = bytes.substr(at, kIdBytes);
      const std::string of_record =
          contract::MakeObservationId(key_, {id}).bytes;
      for (const std::string& one : {id, of_record}) {
        if (reports_.contains(one)) found.insert(one);
      }
    }
    return found;
  }

  // A row that names an agent, and something that belongs to one report.
  void ByRows() {
    for (const auto& database : databases_) {
      std::vector<std::string> tables;
      Each(
          *database,
          "SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE "
          "'sqlite_%'",
          [&](store::Statement& row) { tables.push_back(row.Text(0)); });
      for (const std::string& table : tables) {
        // What stands in one block has no more in common than what stands in
        // one commit.
        if (table == "log_blocks") continue;
        int columns = 0;
        Each(*database,
             "SELECT COUNT(*) FROM pragma_table_info('" + table + "')",
             [&](store::Statement& row) {
               columns = static_cast<int>(row.Int(0));
             });
        Each(*database, "SELECT * FROM " + table, [&](store::Statement& row) {
          std::string bytes;
          for (int i = 0; i < columns; ++i) bytes += row.Blob(i) + " ";
          LookAtRow(bytes);
        });
      }
    }
    EachEntry([&](const BlockReader& entry) {
      LookAtRow(std::string(entry.body()));
      const EntryParts& parts = entry.parts();
      LookAtRow(std::string(parts.personal.value_or("")) + " " +
                    std::string(parts.agent) + " " + std::string(parts.record),
                entry.position());
    });
  }
  // `position`: of what the row belongs to; 0: of nothing.
  void LookAtRow(const std::string& bytes, uint64_t position = 0) {
    for (const std::string& agent : agents_) {
      if (bytes.find(agent) == std::string::npos) continue;
      for (const std::string& report : Named(bytes)) {
        links_[report].insert(agent);
      }
      const auto at = report_at_.find(position);
      if (at != report_at_.end()) {
        links_[at->second].insert(agent);
      }
    }
  }

  // Keys that can be made again from an agent's name and what is stored.
  void ByKeys() {
    std::vector<std::pair<uint64_t, std::string>> secrets;
    Each(*databases_[0], "SELECT insight, key FROM insight_keys",
         [&](store::Statement& row) {
           secrets.emplace_back(row.Unsigned(0), row.Blob(1));
         });
    const os::HmacKey key(key_);
    std::map<std::string, std::string> agent_of;
    for (const std::string& agent : agents_) {
      for (const auto& [insight, secret] : secrets) {
        agent_of[Key(os::HmacKey(secret), "evidence", agent)] = agent;
      }
      std::string anonymous = key.Sign("anonymous", agent);
      anonymous.resize(kIdBytes);
      for (uint64_t insight = 1; insight < 10; ++insight) {
        for (const std::string& who : {anonymous, agent}) {
          agent_of[Key(key, "evidence", who, std::to_string(insight))] = agent;
        }
      }
    }
    Each(*databases_[1], "SELECT observation, evidence_key FROM evidence",
         [&](store::Statement& row) {
           const auto at = agent_of.find(row.Blob(1));
           if (at != agent_of.end() && reports_.contains(row.Blob(0))) {
             links_[row.Blob(0)].insert(at->second);
           }
         });
    EachEntry([&](const BlockReader& entry) {
      v1::Reading reading;
      v1::PersonalReading derived;
      if (entry.kind() != v1::LOG_READING || !entry.parts().personal) return;
      reading.ParseFromString(std::string(entry.body()));
      derived.ParseFromString(std::string(*entry.parts().personal));
      const auto at = agent_of.find(derived.evidence_key());
      const auto report = report_at_.find(reading.of());
      if (at != agent_of.end() && report != report_at_.end()) {
        links_[report->second].insert(at->second);
      }
    });
  }

  // What stands next to it in the log came from the same machine.
  void ByOrder() {
    std::map<uint64_t, std::string> agent_at;
    EachEntry([&](const BlockReader& entry) {
      for (const std::string& agent : agents_) {
        if (entry.parts().agent == agent) agent_at[entry.position()] = agent;
      }
    });
    for (const auto& [position, report] : report_at_) {
      for (const uint64_t next : {position - 1, position + 1}) {
        const auto at = agent_at.find(next);
        if (at != agent_at.end()) links_[report].insert(at->second);
      }
    }
  }

  const testing::TempFolder& folder_;
  const std::string key_;
  const std::vector<std::string> agents_;
  std::vector<std::unique_ptr<store::Database>> databases_;
  std::map<uint64_t, std::string> report_at_;
  std::set<std::string> reports_;
  Links links_;
};

}  // namespace earshot::router

#endif  // EARSHOT_TESTS_ROUTER_ANONYMITY_ATTACKER_H_
