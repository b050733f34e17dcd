// Two kinds of work that one executor does, as the dispatcher's tests register them.
#pragma once

#include "tender/outbox/kind.hpp"

#include "fake_executor.hpp"
#include "outbox_fixture.hpp"

namespace tender::outbox {

inline Registry registry_of(FakeExecutor& executor, DestinationGate::Options here) {
  return {.kinds = {{.name = kSync, .resource = "relay", .executor = &executor, .writes = true},
                    {.name = kLook, .resource = "relay", .executor = &executor, .share = 4}},
          .destinations = {{.name = std::string(kHere), .prober = &executor, .gate = here}}};
}

}  // namespace tender::outbox
