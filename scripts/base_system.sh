#!/usr/bin/env bash
# Makes build/image/base.tar unless it exists, as root: a bare Debian bookworm with the same packages as
# debian:bookworm-slim, from the mirror and through the proxy that apt uses here.
# scripts/image_without_engine.sh makes an image of it, and scripts/deb_in_chroot.sh a chroot.
set -euo pipefail

cd "$(dirname "$0")/.."
directory=build/image
[[ ! -e $directory/base.tar ]] || exit 0

mkdir -p "$directory/tmp"
TMPDIR=$(mktemp -d -p "$PWD/$directory/tmp")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
echo "base: making Debian bookworm"
# Like Docker's base: without documentation and translations, and apt keeps no packages.
# shellcheck disable=SC2016  # the hook expands $1
mmdebstrap --quiet --variant=minbase --include=usr-is-merged \
  --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook='cp scripts/image_apt.conf "$1/etc/apt/apt.conf.d/docker-clean" && rm -f "$1"/var/cache/apt/*.bin' \
  bookworm "$TMPDIR/base.tar" >"$directory/base.log" 2>&1 ||
  { cat "$directory/base.log" >&2 && exit 1; }
mv "$TMPDIR/base.tar" "$directory/base.tar"
