// SQLite's view of a simulated disk: a VFS (https://sqlite.org/vfs.html) with
// locks and shared memory inside one process.
#include <sqlite3.h>

#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "tests/sim/disk.h"

namespace earshot::sim {
namespace {

constexpr char kName[] = "earshot-sim";
Disk* disk_in_use = nullptr;

struct Handle {
  sqlite3_file base;  // first: SQLite sees a Handle as this
  std::shared_ptr<File> file;
  std::string path;
  Disk* disk = nullptr;
  int lock = SQLITE_LOCK_NONE;
  uint32_t shared_locks = 0;  // of the shared memory, a bit each
  uint32_t exclusive_locks = 0;
};

Handle& Of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }

int Code(Disk::Fate fate, int error) {
  if (fate == Disk::Fate::kDone) return SQLITE_OK;
  return fate == Disk::Fate::kFull ? SQLITE_FULL : error;
}

int Unlock(sqlite3_file* file, int level) {
  Handle& handle = Of(file);
  File& at = *handle.file;
  if (handle.lock <= level) return SQLITE_OK;
  if (handle.lock >= SQLITE_LOCK_RESERVED) {
    at.reserved = false;
    if (handle.lock >= SQLITE_LOCK_PENDING) at.pending = false;
    if (handle.lock == SQLITE_LOCK_EXCLUSIVE) at.exclusive = false;
  }
  if (level == SQLITE_LOCK_NONE) --at.shared;
  handle.lock = level;
  return SQLITE_OK;
}

int Lock(sqlite3_file* file, int level) {
  Handle& handle = Of(file);
  File& at = *handle.file;
  if (handle.lock >= level) return SQLITE_OK;
  if (level == SQLITE_LOCK_SHARED) {
    if (at.pending || at.exclusive) return SQLITE_BUSY;
    ++at.shared;
  } else if (level == SQLITE_LOCK_RESERVED) {
    if (at.reserved || at.pending || at.exclusive) return SQLITE_BUSY;
    at.reserved = true;
  } else {
    const bool others = (at.reserved || at.pending || at.exclusive) &&
                        handle.lock < SQLITE_LOCK_RESERVED;
    if (others) return SQLITE_BUSY;
    at.reserved = true;
    at.pending = true;
    if (at.shared > 1) {
      handle.lock = SQLITE_LOCK_PENDING;
      return SQLITE_BUSY;
    }
    at.exclusive = true;
  }
  handle.lock = level;
  return SQLITE_OK;
}

int CheckReserved(sqlite3_file* file, int* out) {
  *out = Of(file).file->reserved ? 1 : 0;
  return SQLITE_OK;
}

int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
  Handle& handle = Of(file);
  File& at = *handle.file;
  for (int i = offset; i < offset + count; ++i) {
    int& lock = at.memory_locks[static_cast<size_t>(i)];
    const uint32_t bit = 1U << i;
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
      if ((handle.exclusive_locks & bit) != 0) lock = 0;
      if ((handle.shared_locks & bit) != 0) --lock;
      handle.exclusive_locks &= ~bit;
      handle.shared_locks &= ~bit;
      continue;
    }
    if ((flags & SQLITE_SHM_SHARED) != 0) {
      if ((handle.shared_locks & bit) != 0) continue;
      if (lock < 0) return SQLITE_BUSY;
      ++lock;
      handle.shared_locks |= bit;
      continue;
    }
    if (lock != 0) {
      // All or none of a range.
      ShmLock(file, offset, i - offset,
              SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE);
      return SQLITE_BUSY;
    }
    lock = -1;
    handle.exclusive_locks |= bit;
  }
  return SQLITE_OK;
}

int ShmMap(sqlite3_file* file, int region, int bytes, int extend,
           void volatile** out) {
  auto& memory = Of(file).file->memory;
  const auto index = static_cast<size_t>(region);
  *out = nullptr;
  if (index >= memory.size()) {
    if (extend == 0) return SQLITE_OK;
    while (index >= memory.size()) {
      memory.push_back(std::make_unique<char[]>(static_cast<size_t>(bytes)));
    }
  }
  *out = memory[index].get();
  return SQLITE_OK;
}

void ShmBarrier(sqlite3_file* /*file*/) {}

int ShmUnmap(sqlite3_file* file, int remove) {
  ShmLock(file, 0, File::kLocks, SQLITE_SHM_UNLOCK);
  if (remove != 0) Of(file).file->memory.clear();
  return SQLITE_OK;
}

int Close(sqlite3_file* file) {
  Handle& handle = Of(file);
  ShmLock(file, 0, File::kLocks, SQLITE_SHM_UNLOCK);
  Unlock(file, SQLITE_LOCK_NONE);
  handle.~Handle();
  return SQLITE_OK;
}

int Read(sqlite3_file* file, void* out, int bytes, sqlite3_int64 from) {
  const std::string& content = Of(file).file->current;
  const auto at = static_cast<size_t>(from);
  const auto wanted = static_cast<size_t>(bytes);
  const size_t there = at >= content.size() ? 0 : content.size() - at;
  const size_t count = there < wanted ? there : wanted;
  std::memcpy(out, content.data() + (count == 0 ? 0 : at), count);
  if (count == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(out) + count, 0, wanted - count);
  return SQLITE_IOERR_SHORT_READ;
}

int Write(sqlite3_file* file, const void* in, int bytes, sqlite3_int64 to) {
  Handle& handle = Of(file);
  File& at = *handle.file;
  const auto begin = static_cast<size_t>(to);
  const auto count = static_cast<size_t>(bytes);
  if (!handle.path.empty()) {
    const auto fate = handle.disk->NextFate(handle.path, Disk::Change::kWrite,
                                            begin + count > at.current.size());
    if (fate != Disk::Fate::kDone) return Code(fate, SQLITE_IOERR_WRITE);
  }
  if (at.current.size() < begin + count) at.current.resize(begin + count);
  std::memcpy(at.current.data() + begin, in, count);
  at.unsynced.push_back(
      {begin, std::string(static_cast<const char*>(in), count), {}});
  return SQLITE_OK;
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  Handle& handle = Of(file);
  if (!handle.path.empty()) {
    const auto fate =
        handle.disk->NextFate(handle.path, Disk::Change::kWrite, false);
    if (fate != Disk::Fate::kDone) return Code(fate, SQLITE_IOERR_TRUNCATE);
  }
  const auto to = static_cast<size_t>(size);
  handle.file->current.resize(to);
  handle.file->unsynced.push_back({0, {}, to});
  return SQLITE_OK;
}

int Sync(sqlite3_file* file, int /*flags*/) {
  Handle& handle = Of(file);
  File& at = *handle.file;
  if (!handle.path.empty()) {
    const auto fate =
        handle.disk->NextFate(handle.path, Disk::Change::kSync, false);
    if (fate != Disk::Fate::kDone) return Code(fate, SQLITE_IOERR_FSYNC);
  }
  for (const File::Write& write : at.unsynced) {
    if (write.truncate_to) {
      at.durable.resize(*write.truncate_to);
      continue;
    }
    if (at.durable.size() < write.at + write.bytes.size()) {
      at.durable.resize(write.at + write.bytes.size());
    }
    at.durable.replace(write.at, write.bytes.size(), write.bytes);
  }
  at.unsynced.clear();
  if (!at.name_durable) handle.disk->SyncFolderOf(handle.path);
  return SQLITE_OK;
}

int Size(sqlite3_file* file, sqlite3_int64* out) {
  *out = static_cast<sqlite3_int64>(Of(file).file->current.size());
  return SQLITE_OK;
}

int Control(sqlite3_file* /*file*/, int /*what*/, void* /*argument*/) {
  return SQLITE_NOTFOUND;
}

int SectorSize(sqlite3_file* /*file*/) { return 4096; }

int Characteristics(sqlite3_file* /*file*/) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

const sqlite3_io_methods kMethods = {2,
                                     Close,
                                     Read,
                                     Write,
                                     Truncate,
                                     Sync,
                                     Size,
                                     Lock,
                                     Unlock,
                                     CheckReserved,
                                     Control,
                                     SectorSize,
                                     Characteristics,
                                     ShmMap,
                                     ShmLock,
                                     ShmBarrier,
                                     ShmUnmap,
                                     nullptr,
                                     nullptr};

int OpenFile(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* out,
             int flags, int* out_flags) {
  out->pMethods = nullptr;
  if (disk_in_use == nullptr) return SQLITE_CANTOPEN;
  const std::string path = name == nullptr ? "" : name;
  std::shared_ptr<File> file;
  if (path.empty()) {
    file = std::make_shared<File>();
  } else {
    const bool create = (flags & SQLITE_OPEN_CREATE) != 0;
    if (create && !disk_in_use->Exists(path) &&
        disk_in_use->NextFate(path, Disk::Change::kName, true) !=
            Disk::Fate::kDone) {
      return SQLITE_CANTOPEN;
    }
    file = disk_in_use->Open(path, create);
    if (file == nullptr) return SQLITE_CANTOPEN;
  }
  auto* handle = new (static_cast<void*>(out)) Handle;
  handle->base.pMethods = &kMethods;
  handle->file = std::move(file);
  handle->path = path;
  handle->disk = disk_in_use;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int DeleteFile(sqlite3_vfs* /*vfs*/, const char* name, int sync) {
  if (disk_in_use == nullptr) return SQLITE_IOERR_DELETE;
  if (!disk_in_use->Exists(name)) return SQLITE_IOERR_DELETE_NOENT;
  if (disk_in_use->NextFate(name, Disk::Change::kName, false) !=
      Disk::Fate::kDone) {
    return SQLITE_IOERR_DELETE;
  }
  disk_in_use->Delete(name, sync != 0);
  return SQLITE_OK;
}

int Access(sqlite3_vfs* /*vfs*/, const char* name, int /*flags*/, int* out) {
  *out = disk_in_use != nullptr && disk_in_use->Exists(name) ? 1 : 0;
  return SQLITE_OK;
}

int FullPath(sqlite3_vfs* /*vfs*/, const char* name, int bytes, char* out) {
  sqlite3_snprintf(bytes, out, "%s", name);
  return SQLITE_OK;
}

int Randomness(sqlite3_vfs* /*vfs*/, int bytes, char* out) {
  std::memset(out, 7, static_cast<size_t>(bytes));
  return bytes;
}

// Time stands still while a program waits for a lock: nobody could free it.
int Sleep(sqlite3_vfs* /*vfs*/, int microseconds) { return microseconds; }

int CurrentTime(sqlite3_vfs* /*vfs*/, double* out) {
  *out = 2461000.5;
  return SQLITE_OK;
}

int LastError(sqlite3_vfs* /*vfs*/, int /*bytes*/, char* /*out*/) { return 0; }

sqlite3_vfs MakeVfs() {
  sqlite3_vfs vfs{};
  vfs.iVersion = 1;
  vfs.szOsFile = sizeof(Handle);
  vfs.mxPathname = 1024;
  vfs.zName = kName;
  vfs.xOpen = OpenFile;
  vfs.xDelete = DeleteFile;
  vfs.xAccess = Access;
  vfs.xFullPathname = FullPath;
  vfs.xRandomness = Randomness;
  vfs.xSleep = Sleep;
  vfs.xCurrentTime = CurrentTime;
  vfs.xGetLastError = LastError;
  return vfs;
}

}  // namespace

void UseDisk(Disk* disk) {
  static sqlite3_vfs vfs = MakeVfs();
  if (sqlite3_vfs_find(kName) == nullptr) sqlite3_vfs_register(&vfs, 1);
  disk_in_use = disk;
}

}  // namespace earshot::sim
