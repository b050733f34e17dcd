#include "support/fault_vfs.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>
#include <vector>

#include <fmt/format.h>

namespace tender::test {

// How to undo what was written to a file since it was last synced.
struct FaultVfs::Unsynced {
  struct Patch {
    sqlite3_int64 offset = 0;
    std::string old_bytes;
  };
  bool dirty = false;
  sqlite3_int64 synced_size = 0;
  std::vector<Patch> patches;  // in the order of the writes

  void settle() {
    dirty = false;
    patches.clear();
  }
};

// SQLite calls these; each finds its FaultVfs behind the vfs or the file that it is given.
struct FaultVfsCalls {
  struct File {
    sqlite3_file base;
    FaultVfs* owner;
    FaultVfs::Unsynced* unsynced;  // null for a file without a name

    // The default VFS's own file lies behind ours.
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };

  static File* of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
  static sqlite3_file* real(sqlite3_file* file) { return of(file)->real(); }
  static const sqlite3_io_methods& methods(sqlite3_file* file) { return *real(file)->pMethods; }

  static int open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags,
                  int* out_flags) {
    auto* owner = static_cast<FaultVfs*>(vfs->pAppData);
    file->pMethods = nullptr;
    if (const int refused = owner->refuse(DiskOperation::open); refused != SQLITE_OK) {
      return refused;
    }
    File* ours = new (file) File{};
    const int result = owner->real_->xOpen(owner->real_, name, ours->real(), flags, out_flags);
    if (result != SQLITE_OK) {
      return result;
    }
    ours->base.pMethods = &io_methods();
    ours->owner = owner;
    ours->unsynced = name == nullptr ? nullptr : &owner->files_[name];
    ++owner->open_files_;
    return SQLITE_OK;
  }

  static int remove(sqlite3_vfs* vfs, const char* name, int sync_directory) {
    auto* owner = static_cast<FaultVfs*>(vfs->pAppData);
    if (owner->powerless_) {
      return SQLITE_IOERR_DELETE;
    }
    if (const auto found = owner->files_.find(name); found != owner->files_.end()) {
      found->second.settle();
    }
    return owner->real_->xDelete(owner->real_, name, sync_directory);
  }

  // Waits that SQLite makes by itself take no time.
  static int sleep(sqlite3_vfs* /*vfs*/, int microseconds) { return microseconds; }

  static int close(sqlite3_file* file) {
    --of(file)->owner->open_files_;
    return methods(file).xClose(real(file));
  }

  static int read(sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
    const int refused = of(file)->owner->refuse(DiskOperation::read);
    return refused != SQLITE_OK ? refused : methods(file).xRead(real(file), into, size, offset);
  }

  // Remembers what stands where `size` bytes at `offset` are about to be changed.
  static void remember(sqlite3_file* file, sqlite3_int64 offset, sqlite3_int64 size) {
    FaultVfs::Unsynced* unsynced = of(file)->unsynced;
    if (unsynced == nullptr) {
      return;
    }
    sqlite3_int64 length = 0;
    methods(file).xFileSize(real(file), &length);
    if (!unsynced->dirty) {
      unsynced->dirty = true;
      unsynced->synced_size = length;
    }
    const sqlite3_int64 old_size = std::clamp<sqlite3_int64>(length - offset, 0, size);
    FaultVfs::Unsynced::Patch patch;
    patch.offset = offset;
    patch.old_bytes.resize(static_cast<std::size_t>(old_size));
    if (old_size > 0) {
      methods(file).xRead(real(file), patch.old_bytes.data(), static_cast<int>(old_size), offset);
      unsynced->patches.push_back(std::move(patch));
    }
  }

  static int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    if (const int refused = of(file)->owner->refuse(DiskOperation::write); refused != SQLITE_OK) {
      return refused;
    }
    remember(file, offset, size);
    return methods(file).xWrite(real(file), from, size, offset);
  }

  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    if (const int refused = of(file)->owner->refuse(DiskOperation::write); refused != SQLITE_OK) {
      return refused;
    }
    remember(file, size, INT32_MAX);
    return methods(file).xTruncate(real(file), size);
  }

  static int sync(sqlite3_file* file, int flags) {
    if (const int refused = of(file)->owner->refuse(DiskOperation::sync); refused != SQLITE_OK) {
      return refused;
    }
    const int result = methods(file).xSync(real(file), flags);
    if (result == SQLITE_OK && of(file)->unsynced != nullptr) {
      of(file)->unsynced->settle();
    }
    return result;
  }

  static int file_size(sqlite3_file* file, sqlite3_int64* size) {
    return methods(file).xFileSize(real(file), size);
  }

  static int lock(sqlite3_file* file, int level) {
    const int refused =
        level < SQLITE_LOCK_RESERVED ? SQLITE_OK : of(file)->owner->refuse(DiskOperation::lock);
    return refused != SQLITE_OK ? refused : methods(file).xLock(real(file), level);
  }

  static int unlock(sqlite3_file* file, int level) {
    return methods(file).xUnlock(real(file), level);
  }
  static int check_reserved_lock(sqlite3_file* file, int* held) {
    return methods(file).xCheckReservedLock(real(file), held);
  }
  static int file_control(sqlite3_file* file, int operation, void* argument) {
    return methods(file).xFileControl(real(file), operation, argument);
  }
  static int sector_size(sqlite3_file* file) { return methods(file).xSectorSize(real(file)); }
  static int device_characteristics(sqlite3_file* file) {
    return methods(file).xDeviceCharacteristics(real(file));
  }
  static int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** into) {
    return methods(file).xShmMap(real(file), page, size, extend, into);
  }

  static int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
    const bool for_writing = (flags & SQLITE_SHM_LOCK) != 0 && (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    const int refused = for_writing ? of(file)->owner->refuse(DiskOperation::lock) : SQLITE_OK;
    return refused != SQLITE_OK ? refused
                                : methods(file).xShmLock(real(file), offset, count, flags);
  }

  static void shm_barrier(sqlite3_file* file) { methods(file).xShmBarrier(real(file)); }
  static int shm_unmap(sqlite3_file* file, int remove) {
    return methods(file).xShmUnmap(real(file), remove);
  }

  // Version 2: without memory-mapped reads and writes, which would pass us by.
  static const sqlite3_io_methods& io_methods() {
    static const sqlite3_io_methods table{
        .iVersion = 2,
        .xClose = close,
        .xRead = read,
        .xWrite = write,
        .xTruncate = truncate,
        .xSync = sync,
        .xFileSize = file_size,
        .xLock = lock,
        .xUnlock = unlock,
        .xCheckReservedLock = check_reserved_lock,
        .xFileControl = file_control,
        .xSectorSize = sector_size,
        .xDeviceCharacteristics = device_characteristics,
        .xShmMap = shm_map,
        .xShmLock = shm_lock,
        .xShmBarrier = shm_barrier,
        .xShmUnmap = shm_unmap,
        .xFetch = nullptr,
        .xUnfetch = nullptr,
    };
    return table;
  }
};

FaultVfs::FaultVfs()
    : name_(fmt::format("fault-{}", fmt::ptr(this))),
      real_(sqlite3_vfs_find(nullptr)),
      vfs_(*real_) {
  // What is not replaced here serves the default VFS as well as ours: it looks at no more than the
  // path's greatest length.
  vfs_.szOsFile += static_cast<int>(sizeof(FaultVfsCalls::File));
  vfs_.pNext = nullptr;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = FaultVfsCalls::open;
  vfs_.xDelete = FaultVfsCalls::remove;
  vfs_.xSleep = FaultVfsCalls::sleep;
  sqlite3_vfs_register(&vfs_, /*makeDflt=*/0);
}

FaultVfs::~FaultVfs() {
  assert(open_files_ == 0);
  sqlite3_vfs_unregister(&vfs_);
}

void FaultVfs::fail_nth(DiskOperation operation, std::uint64_t nth, int code, std::uint64_t times) {
  faults_[static_cast<std::size_t>(operation)] = {.skip = nth - 1, .times = times, .code = code};
}

void FaultVfs::heal() {
  faults_.fill({});
}

std::uint64_t FaultVfs::count(DiskOperation operation) const {
  return counts_[static_cast<std::size_t>(operation)];
}

void FaultVfs::restore_power() {
  assert(open_files_ == 0);
  for (auto& [path, unsynced] : files_) {
    if (!unsynced.dirty || !std::filesystem::exists(path)) {
      continue;
    }
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    for (auto patch = unsynced.patches.rbegin(); patch != unsynced.patches.rend(); ++patch) {
      file.seekp(patch->offset);
      file.write(patch->old_bytes.data(), static_cast<std::streamsize>(patch->old_bytes.size()));
    }
    file.close();
    std::filesystem::resize_file(path, static_cast<std::uintmax_t>(unsynced.synced_size));
  }
  files_.clear();
  powerless_ = false;
}

int FaultVfs::refuse(DiskOperation operation) {
  const auto index = static_cast<std::size_t>(operation);
  ++counts_[index];
  if (powerless_ && (operation == DiskOperation::write || operation == DiskOperation::sync)) {
    return operation == DiskOperation::write ? SQLITE_IOERR_WRITE : SQLITE_IOERR_FSYNC;
  }
  Fault& fault = faults_[index];
  if (fault.times == 0) {
    return SQLITE_OK;
  }
  if (fault.skip > 0) {
    --fault.skip;
    return SQLITE_OK;
  }
  if (fault.times != kForever) {
    --fault.times;
  }
  ++failed_;
  return fault.code;
}

}  // namespace tender::test
