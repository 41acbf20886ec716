#include "tests/sim/disk.h"

#include <algorithm>
#include <utility>

namespace earshot::sim {
namespace {

constexpr size_t kSector = 512;

void Apply(const File::Write& write, size_t bytes, std::string& to) {
  if (write.truncate_to) {
    to.resize(*write.truncate_to);
    return;
  }
  if (bytes == 0) return;
  if (to.size() < write.at + bytes) to.resize(write.at + bytes);
  to.replace(write.at, bytes, write.bytes, 0, bytes);
}

}  // namespace

bool Disk::In(const std::string& path, const std::string& folder) {
  return path.size() > folder.size() &&
         path.compare(0, folder.size(), folder) == 0 &&
         path[folder.size()] == '/';
}

Disk::Machine* Disk::Of(const std::string& path) {
  for (auto& [folder, machine] : machines_) {
    if (In(path, folder)) return &machine;
  }
  return nullptr;
}

void Disk::FreezeAfter(const std::string& folder, uint64_t changes) {
  machines_[folder].freeze_in = changes;
}

bool Disk::Frozen(const std::string& folder) const {
  const auto found = machines_.find(folder);
  return found != machines_.end() && found->second.freeze_in == 0;
}

void Disk::SetFaults(const std::string& folder, const Faults& faults) {
  machines_[folder].faults = faults;
}

void Disk::Kill(const std::string& folder) {
  machines_[folder].freeze_in.reset();
  for (auto& [path, file] : files_) {
    if (In(path, folder)) file->memory.clear();
  }
}

// Unsynced writes reach the disk in any order or not at all, and one of them
// may be cut at a sector's border.
void Disk::Tear(File& file) {
  const uint64_t way = random_.Below(4);
  std::string content = file.durable;
  if (way == 0) {
    // Nothing of it arrived.
  } else if (way == 1) {
    content = file.current;
  } else if (way == 2) {
    size_t kept = random_.Below(file.unsynced.size() + 1);
    for (const File::Write& write : file.unsynced) {
      if (kept-- == 0) {
        const size_t sectors = write.bytes.size() / kSector;
        Apply(write, random_.Below(sectors + 1) * kSector, content);
        break;
      }
      Apply(write, write.bytes.size(), content);
    }
  } else {
    for (const File::Write& write : file.unsynced) {
      if (random_.Below(2) == 0) Apply(write, write.bytes.size(), content);
    }
  }
  file.current = content;
  file.durable = std::move(content);
  file.unsynced.clear();
}

void Disk::CutPower(const std::string& folder) {
  Kill(folder);
  machines_[folder] = {};
  for (auto at = files_.begin(); at != files_.end();) {
    if (!In(at->first, folder)) {
      ++at;
      continue;
    }
    if (!at->second->name_durable && random_.Below(2) == 0) {
      at = files_.erase(at);
      continue;
    }
    if (!at->second->unsynced.empty()) Tear(*at->second);
    at->second->name_durable = true;
    ++at;
  }
  for (auto at = deleted_.begin(); at != deleted_.end();) {
    if (!In(at->first, folder)) {
      ++at;
      continue;
    }
    if (!files_.contains(at->first) && random_.Below(2) == 0) {
      auto file = std::make_shared<File>();
      file->current = file->durable = at->second;
      file->name_durable = true;
      files_[at->first] = std::move(file);
    }
    at = deleted_.erase(at);
  }
}

Image Disk::Copy(const std::string& folder) const {
  Image image;
  for (const auto& [path, file] : files_) {
    if (!In(path, folder)) continue;
    if (path.ends_with("-shm")) continue;
    image[path.substr(folder.size())] = file->current;
  }
  return image;
}

std::set<std::string> Disk::Holding(const std::string& folder,
                                    std::string_view bytes) const {
  std::set<std::string> names;
  for (const auto& [path, file] : files_) {
    if (!In(path, folder)) continue;
    if (file->current.find(bytes) != std::string::npos) {
      names.insert(path.substr(folder.size()));
    }
  }
  return names;
}

void Disk::Restore(const std::string& folder, const Image& image) {
  std::erase_if(files_,
                [&](const auto& entry) { return In(entry.first, folder); });
  std::erase_if(deleted_,
                [&](const auto& entry) { return In(entry.first, folder); });
  for (const auto& [name, bytes] : image) {
    auto file = std::make_shared<File>();
    file->current = file->durable = bytes;
    file->name_durable = true;
    files_[folder + name] = std::move(file);
  }
}

std::shared_ptr<File> Disk::Open(const std::string& path, bool create) {
  const auto found = files_.find(path);
  if (found != files_.end()) return found->second;
  if (!create) return nullptr;
  auto file = std::make_shared<File>();
  files_[path] = file;
  return file;
}

bool Disk::Exists(const std::string& path) const {
  return files_.contains(path);
}

void Disk::Delete(const std::string& path, bool synced) {
  const auto found = files_.find(path);
  if (found == files_.end()) return;
  deleted_.erase(path);
  if (!synced && found->second->name_durable) {
    deleted_[path] = found->second->durable;
  }
  files_.erase(found);
}

void Disk::SyncFolderOf(const std::string& path) {
  const std::string folder = path.substr(0, path.rfind('/'));
  std::erase_if(deleted_,
                [&](const auto& entry) { return In(entry.first, folder); });
  for (auto& [name, file] : files_) {
    if (In(name, folder)) file->name_durable = true;
  }
}

Disk::Fate Disk::NextFate(const std::string& path, Change change, bool grows) {
  Machine* machine = Of(path);
  if (machine == nullptr) return Fate::kDone;
  if (machine->freeze_in) {
    if (*machine->freeze_in == 0) return Fate::kError;
    if (--*machine->freeze_in == 0) return Fate::kError;
  }
  const Faults& faults = machine->faults;
  if (change == Change::kWrite && grows && faults.full) return Fate::kFull;
  const uint32_t per_mille = change == Change::kSync
                                 ? faults.sync_errors_per_mille
                                 : faults.write_errors_per_mille;
  if (per_mille > 0 && random_.Below(1000) < per_mille) return Fate::kError;
  return Fate::kDone;
}

}  // namespace earshot::sim
