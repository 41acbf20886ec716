#include "router/rows_in_parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "router/json_rows.h"

namespace earshot::router {
namespace {

constexpr size_t kSlice = 32;  // rows that a worker takes at once

struct Row {
  size_t number = 0;  // of its line
  std::string line;
  absl::StatusOr<std::string> result = std::string();
};

// The rows that are there, at least one; empty: the end.
std::vector<Row> NextBlock(std::istream& in, size_t& number) {
  std::vector<Row> block;
  std::string line;
  while (block.size() < kRowsInBlock &&
         (block.empty() || in.rdbuf()->in_avail() > 0) &&
         std::getline(in, line)) {
    ++number;
    if (!IsBlank(line)) block.push_back({number, std::move(line)});
  }
  return block;
}

void WorkOn(std::vector<Row>& block, std::vector<RowWork>& workers) {
  std::atomic<size_t> next = 0;
  const auto work = [&](const RowWork& worker) {
    for (size_t first = next.fetch_add(kSlice); first < block.size();
         first = next.fetch_add(kSlice)) {
      const size_t end = std::min(first + kSlice, block.size());
      for (size_t i = first; i < end; ++i) {
        block[i].result = worker(block[i].line);
      }
    }
  };
  const size_t useful =
      std::min(workers.size(), (block.size() + kSlice - 1) / kSlice);
  std::vector<std::thread> threads;
  for (size_t i = 1; i < useful; ++i) {
    threads.emplace_back([&work, &worker = workers[i]] { work(worker); });
  }
  work(workers[0]);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

void RowsInParallel(
    std::istream& in, size_t threads, const std::function<RowWork()>& make,
    const std::function<void(size_t, const absl::StatusOr<std::string>&)>&
        out) {
  std::vector<RowWork> workers;
  for (size_t i = 0; i < std::max<size_t>(threads, 1); ++i) {
    workers.push_back(make());
  }
  size_t number = 0;
  for (auto block = NextBlock(in, number); !block.empty();
       block = NextBlock(in, number)) {
    WorkOn(block, workers);
    for (const Row& row : block) out(row.number, row.result);
  }
}

}  // namespace earshot::router
