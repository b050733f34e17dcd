#!/usr/bin/env bash
# Builds the container image as tender:latest, with the first container engine that answers, or without one.
set -euo pipefail

cd "$(dirname "$0")/.."
for engine in docker podman; do
  # The client can be installed without an engine that runs.
  if command -v "$engine" >/dev/null && timeout 20 "$engine" info >/dev/null 2>&1; then
    exec "$engine" build --tag tender:latest .
  fi
done
scripts/deps.sh --quiet image
exec scripts/image_without_engine.sh
