#!/usr/bin/env bash
# Runs buildah on the storage in build/image, as root. Usage: scripts/image_storage.sh ARGUMENT...
set -euo pipefail

directory=$(realpath "$(dirname "$0")/..")/build/image
exec buildah --root "$directory/storage" --runroot "$directory/run" --storage-driver vfs "$@"
