// What /readyz finds, for others who tell it: `tender run` tells its service manager.
#pragma once

#include <string>

#include "tender/base/clock.hpp"
#include "tender/service/sidecar.hpp"

namespace tender::admin {

/// The worst of what /readyz checks, on one line and without what others have said: "sidecar: it
/// works". Blocks as Database says.
[[nodiscard]] std::string readiness_line(service::Sidecar& sidecar, TimePoint now);

}  // namespace tender::admin
