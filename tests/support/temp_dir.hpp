// A directory of its own for one test, removed with all that is in it when the test ends.
#pragma once

#include <filesystem>

namespace tender::test {

class TempDir {
 public:
  TempDir();
  /// In a directory other than the system's for temporary files.
  explicit TempDir(const std::filesystem::path& parent);
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace tender::test
