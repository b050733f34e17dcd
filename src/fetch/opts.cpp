#include "tender/fetch/opts.hpp"

#include <algorithm>

namespace tender::fetch {

std::string_view to_string(Op op) {
  switch (op) {
    case Op::members:
      return "members";
    case Op::nip11:
      return "nip11";
  }
  return "?";
}

FanoutGrowth::FanoutGrowth(Kind kind, std::size_t first)
    : kind_(kind), first_(std::max<std::size_t>(first, 1)) {}

std::size_t FanoutGrowth::width(std::size_t round, std::size_t limit) const {
  std::size_t width = std::min(first_, limit);
  for (std::size_t i = 0; i < round && kind_ != Kind::fixed && width < limit; ++i) {
    width += std::min(kind_ == Kind::doubling ? width : first_, limit - width);
  }
  return width;
}

Checks both(const Checks& one, const Checks& other) {
  return {.size = one.size || other.size,
          .shape = one.shape || other.shape,
          .hex = one.hex || other.hex,
          .count = one.count || other.count,
          .on_curve = one.on_curve || other.on_curve,
          .sorted = one.sorted || other.sorted,
          .unique = one.unique || other.unique};
}

}  // namespace tender::fetch
