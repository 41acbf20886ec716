#include "router/fold/prepare.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <utility>

namespace earshot::router {

absl::StatusOr<Said> ParseSaid(const LogRow& row) {
  Said said;
  if (said.observation.ParseFromString(row.body) &&
      said.personal.ParseFromString(row.personal)) {
    return said;
  }
  return absl::DataLossError(
      fmt::format("the record at {} cannot be read", row.position));
}

Prepared Preparer::Prepare(const LogRow& row, const ReadingRules& rules) {
  Prepared prepared;
  if (row.kind != v1::LOG_OBSERVATION) return prepared;
  auto said = ParseSaid(row);
  if (!said.ok()) {
    prepared.status = said.status();
    return prepared;
  }
  prepared.said = *std::move(said);
  if (row.erased) return prepared;
  if (rules.model != nullptr) text_reader_.Use(rules.model);
  Tokenise(prepared.said.personal.text(), tokens_);
  signer_.Sign(tokens_, prepared.signature);
  auto text = text_reader_.Read(*rules.taxonomy, prepared.said.observation,
                                prepared.said.personal, tokens_);
  if (!text.ok()) {
    prepared.status = text.status();
    return prepared;
  }
  prepared.text = *std::move(text);
  return prepared;
}

PreparePool::PreparePool(size_t threads,
                         const std::function<void()>& on_start) {
  for (size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this, on_start] {
      ::pthread_setname_np(::pthread_self(), "read");
      if (on_start) on_start();
      Loop();
    });
  }
}

PreparePool::~PreparePool() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void PreparePool::Loop() {
  Preparer preparer;
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait(lock, [this] {
      return stop_ || (job_.rows != nullptr && job_.next < job_.rows->size());
    });
    if (stop_) return;
    TakeSlices(lock, preparer);
  }
}

void PreparePool::TakeSlices(std::unique_lock<std::mutex>& lock,
                             Preparer& preparer) {
  ++job_.working;
  while (job_.next < job_.rows->size()) {
    const size_t begin = job_.next;
    const size_t end = std::min(begin + kSlice, job_.rows->size());
    job_.next = end;
    lock.unlock();
    for (size_t i = begin; i < end; ++i) {
      (*job_.out)[i] = preparer.Prepare((*job_.rows)[i], *job_.rules);
    }
    lock.lock();
  }
  if (--job_.working == 0) done_.notify_all();
}

void PreparePool::Help(Preparer& preparer) {
  std::unique_lock lock(mutex_);
  if (job_.rows != nullptr) TakeSlices(lock, preparer);
}

std::vector<Prepared> PreparePool::Prepare(const std::vector<LogRow>& rows,
                                           const ReadingRules& rules) {
  std::vector<Prepared> out(rows.size());
  std::unique_lock lock(mutex_);
  job_ = {&rows, &rules, &out, 0, 0};
  if (rows.size() > kSlice) work_.notify_all();
  TakeSlices(lock, own_);
  done_.wait(lock, [this] { return job_.working == 0; });
  job_ = {};
  return out;
}

}  // namespace earshot::router
