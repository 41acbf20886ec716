#ifndef EARSHOT_TESTS_SIM_DISK_H_
#define EARSHOT_TESTS_SIM_DISK_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/os/random.h"

// Simulated disks under the real SQLite. What a program wrote and did not
// sync may be lost, torn or reordered by a power cut; what it synced is there.
namespace earshot::sim {

// One file. Writes since the last sync are kept apart, so that a power cut can
// choose among them.
struct File {
  struct Write {
    size_t at = 0;
    std::string bytes;
    std::optional<size_t> truncate_to;  // instead of bytes
  };
  std::string current;
  std::string durable;
  std::vector<Write> unsynced;
  bool name_durable = false;  // its entry in the folder was synced

  // Locks and shared memory of SQLite; of the running programs alone.
  static constexpr int kLocks = 8;
  int shared = 0;
  bool reserved = false;
  bool pending = false;
  bool exclusive = false;
  std::array<int, kLocks> memory_locks{};  // readers, or -1: one writer
  std::vector<std::unique_ptr<char[]>> memory;
};

// What a folder held at one moment.
using Image = std::map<std::string, std::string>;

// The disks of all machines: a folder is a machine's if its path starts with
// the machine's folder. One thread. Bounded by what the programs write.
class Disk {
 public:
  explicit Disk(os::Random& random) : random_(random) {}

  struct Faults {
    bool full = false;
    uint32_t write_errors_per_mille = 0;
    uint32_t sync_errors_per_mille = 0;
  };
  // Changes nothing any more after so many more changes: the machine is about
  // to lose power. 0: no such thing.
  void FreezeAfter(const std::string& folder, uint64_t changes);
  bool Frozen(const std::string& folder) const;
  void SetFaults(const std::string& folder, const Faults& faults);

  // Ends freezing, after the program was closed while frozen: so its last
  // wishes changed nothing, as with SIGKILL. What it had written stays.
  void Kill(const std::string& folder);
  // As Kill, and what was not synced is kept, lost or torn at random. Faults
  // end as well.
  void CutPower(const std::string& folder);

  // As a copy of the folder of a stopped machine.
  Image Copy(const std::string& folder) const;
  // The files there, by their names in the folder, that hold these bytes.
  std::set<std::string> Holding(const std::string& folder,
                                std::string_view bytes) const;
  // Replaces all in `folder`.
  void Restore(const std::string& folder, const Image& image);

  // For the SQLite side.
  std::shared_ptr<File> Open(const std::string& path, bool create);
  bool Exists(const std::string& path) const;
  void Delete(const std::string& path, bool synced);
  // As SQLite syncs the folder of a file that it made, with all names in it.
  void SyncFolderOf(const std::string& path);
  enum class Change { kWrite, kSync, kName };
  // How a change ends: done, refused with no room, or with an error.
  enum class Fate { kDone, kFull, kError };
  Fate NextFate(const std::string& path, Change change, bool grows);

 private:
  struct Machine {
    Faults faults;
    std::optional<uint64_t> freeze_in;
  };
  Machine* Of(const std::string& path);
  static bool In(const std::string& path, const std::string& folder);
  void Tear(File& file);

  os::Random& random_;
  std::map<std::string, std::shared_ptr<File>> files_;
  std::map<std::string, std::string> deleted_;  // not synced; may come back
  std::map<std::string, Machine> machines_;
};

// Makes `disk` the place of every SQLite file that this process opens from
// now on. Null: none may be opened. Not for use beside real files.
void UseDisk(Disk* disk);

}  // namespace earshot::sim

#endif  // EARSHOT_TESTS_SIM_DISK_H_
