// A relay without faults.
#pragma once

#include "tender/model/relay.hpp"

namespace tender {

inline Relay valid_relay() {
  Relay relay;
  relay.id.text = "3f2a9c1e-0000-4000-8000-000000000000";
  relay.tenant = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
  relay.subdomain = "blue";
  relay.schema = derive_schema(relay.subdomain, relay.id);
  return relay;
}

}  // namespace tender
