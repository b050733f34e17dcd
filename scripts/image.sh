#!/usr/bin/env bash
# Builds the container image as tender:latest with the first engine found.
set -euo pipefail

cd "$(dirname "$0")/.."
for engine in docker podman; do
  if command -v "$engine" >/dev/null; then
    exec "$engine" build --tag tender:latest .
  fi
done
echo "image: neither docker nor podman is here; install one of them, or build without an image (make build)" >&2
exit 1
