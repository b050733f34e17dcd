#include "private_memory.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

#include <malloc.h>
#include <string.h>  // NOLINT(modernize-deprecated-headers): explicit_bzero is not in <cstring>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace tender {

void forbid_memory_dumps() noexcept {
  // Neither can fail: the limit is only lowered, and the argument is valid.
  const rlimit none{0, 0};
  static_cast<void>(setrlimit(RLIMIT_CORE, &none));
  static_cast<void>(prctl(PR_SET_DUMPABLE, 0));
}

}  // namespace tender

// Secrets pass through text, JSON and the buffers of other libraries, which copy and grow and free
// without wiping. What they free comes through here. Not under AddressSanitizer, which has
// operators of its own and needs them.
#ifndef __SANITIZE_ADDRESS__

namespace {

void* allocate(std::size_t size) {
  for (;;) {
    if (void* block = std::malloc(size == 0 ? 1 : size)) {
      return block;
    }
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) {
      throw std::bad_alloc();
    }
    handler();
  }
}

void wipe_and_free(void* block) noexcept {
  if (block != nullptr) {
    explicit_bzero(block, malloc_usable_size(block));
    std::free(block);
  }
}

}  // namespace

// The other forms, of arrays and without exceptions, call these ([new.delete]); aligned blocks keep
// the library's own operators.
void* operator new(std::size_t size) {
  return allocate(size);
}

void operator delete(void* block) noexcept {
  wipe_and_free(block);
}

void operator delete(void* block, std::size_t) noexcept {
  wipe_and_free(block);
}

#endif
