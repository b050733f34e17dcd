#include "simulation/trace.hpp"

#include <ostream>

namespace tender::simulation {

void Trace::add(std::string text) {
  for (auto at = text.find(left_out_); !left_out_.empty() && at != std::string::npos;
       at = text.find(left_out_)) {
    text.erase(at, left_out_.size());
  }
  const Milliseconds since = now_ - start_;
  const auto mix = [this](std::uint64_t byte) { hash_ = (hash_ ^ byte) * 0x100000001b3U; };
  for (const char c : text) {
    mix(static_cast<unsigned char>(c));
  }
  mix(static_cast<std::uint64_t>(since.count()));
  lines_.emplace_back(since, std::move(text));
}

void Trace::print(std::ostream& out) const {
  for (const auto& [since, text] : lines_) {
    out << fmt::format("{:>12.3f}  {}\n", static_cast<double>(since.count()) / 1000, text);
  }
}

}  // namespace tender::simulation
