// Which promises the product makes by now.
#pragma once

namespace tender::simulation {

inline constexpr bool kSettles = false;  // sends again after an unknown outcome

}  // namespace tender::simulation
