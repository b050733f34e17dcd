// Keeps the process's memory to the process: it holds the robot's key, credentials that zooid is
// sent, and for a moment the key of each new relay. Of the executable, not of the library: a
// program that embeds Infra decides itself. Linking private_memory.cpp also has every block that
// C++ code frees wiped first (operator delete).
#pragma once

namespace tender {

/// No core dump is ever written, and of the other processes only root's may read this one's memory
/// or attach to it. /proc/<pid> then belongs to root. Call it first of all.
void forbid_memory_dumps() noexcept;

}  // namespace tender
