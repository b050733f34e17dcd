// A sound configuration for the targets that need one: all that must be given, and on request the
// groups that may be.
#pragma once

#include "tender/config/env.hpp"

namespace tender::fuzz {

inline config::Environment sample_environment(bool s3, bool livekit) {
  config::Environment environment{{"ZOOID_API_URL", "http://localhost:3334"},
                                  {"RELAY_DOMAIN", "relays.example.com"},
                                  {"ROBOT_SECRET", std::string(64, '1')}};
  if (s3) {
    environment.insert({{"BLOSSOM_S3_ENDPOINT", "https://s3.example.com"},
                        {"BLOSSOM_S3_REGION", "eu-central-1"},
                        {"BLOSSOM_S3_BUCKET", "relay-media"},
                        {"BLOSSOM_S3_ACCESS_KEY", "access"},
                        {"BLOSSOM_S3_SECRET_KEY", "secret"}});
  }
  if (livekit) {
    environment.insert({{"LIVEKIT_URL", "wss://livekit.example.com"},
                        {"LIVEKIT_API_KEY", "key"},
                        {"LIVEKIT_API_SECRET", "hidden"}});
  }
  return environment;
}

}  // namespace tender::fuzz
