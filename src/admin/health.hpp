// Whether the sidecar is alive, and ready: GET /healthz and /readyz.
#pragma once

#include <string>
#include <vector>

#include "tender/base/clock.hpp"
#include "tender/http/transport.hpp"
#include "tender/service/sidecar.hpp"

namespace tender::admin {

/// It answers, so its loop turns.
[[nodiscard]] http::Response answer_healthz();

/// 200 when the sidecar works, 503 when it does not: on standby, before it has begun, while the
/// database does not work, or when it is stopping. A zooid that is down is `degraded`, and no
/// reason to be called unready. `verbose`: each check on a line, with what others have said, which
/// is not for everybody. Blocks as Database says.
[[nodiscard]] http::Response answer_readyz(service::Sidecar& sidecar, TimePoint now, bool verbose);

}  // namespace tender::admin
