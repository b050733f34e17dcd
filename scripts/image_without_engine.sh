#!/usr/bin/env bash
# Builds the image from the Dockerfile on a machine without a container engine, as root. buildah runs each
# step in a chroot. scripts/base_system.sh makes the base.
# The image is tender:latest in build/image/storage, which scripts/image_storage.sh opens, and
# build/image/tender.tar for `docker load`. If no input has changed, nothing is built again.
set -euo pipefail

cd "$(dirname "$0")/.."
directory=build/image
base=docker.io/library/debian:bookworm-slim

[[ $(id -u) -eq 0 ]] || {
  echo "image: no container engine answers, and only root can build the image without one; start docker or podman, or use sudo" >&2
  exit 1
}
mkdir -p "$directory/tmp"
export TMPDIR=$PWD/$directory/tmp
trap 'rm -rf "$TMPDIR"' EXIT

in_storage() { scripts/image_storage.sh "$@"; }

make_base() {
  local container
  scripts/base_system.sh
  container=$(in_storage from scratch)
  in_storage add --quiet "$container" "$directory/base.tar" / >/dev/null
  in_storage commit --quiet --rm "$container" "$base" >/dev/null
}

# Docker's format, because OCI's format has no health check.
build() {
  in_storage build --isolation chroot --pull=never --format docker --tag tender:latest .
  rm -f "$directory/tender.tar"
  in_storage push --quiet tender:latest "docker-archive:$directory/tender.tar:tender:latest"
}

# Prints everything that the image depends on.
inputs() {
  in_storage inspect --type image --format '{{.FromImageID}}' "$base"
  sha256sum Dockerfile .dockerignore
  find CMakeLists.txt CMakePresets.json cmake include src -type f -print0 | sort -z | xargs -0 sha256sum
}

in_storage inspect --type image "$base" >/dev/null 2>&1 || make_base
wanted=$(inputs)
if [[ ! -e $directory/tender.tar || $wanted != $(cat "$directory/inputs" 2>/dev/null) ]]; then
  rm -f "$directory/inputs"
  build
  echo "$wanted" >"$directory/inputs"
fi

# size_of IMAGE: the bytes of its files, in MB.
size_of() {
  local container
  container=$(in_storage from --pull-never "$1")
  du --summarize --apparent-size --block-size=1 --one-file-system "$(in_storage mount "$container")" | awk '{printf "%.1f", $1 / 1e6}'
  in_storage rm "$container" >/dev/null
}
echo "image: tender:latest is $(size_of tender:latest) MB, of which the base is $(size_of "$base") MB"
