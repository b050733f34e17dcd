#!/usr/bin/env bash
# Checks the Debian package of build/package with lintian, then installs, upgrades and removes it in a bare
# Debian bookworm, where it syncs with zooid-sim (tests/package/test_package.py). As root.
set -euo pipefail

cd "$(dirname "$0")/.."
directory=$PWD/build/package
zooid_sim=$(realpath -m "${ZOOID_SIM:-build/dev/tools/zooid-sim/zooid-sim}")

fail() {
  echo "deb: $1" >&2
  exit 1
}

[[ $(id -u) -eq 0 ]] || fail "only root can make a chroot; use sudo"
shopt -s nullglob
packages=("$directory"/tender_*.deb)
[[ ${#packages[@]} -eq 1 ]] || fail "there is no package, or more than one, in $directory: run 'make deb' first"
[[ -x $zooid_sim ]] || fail "$zooid_sim is missing: run 'make build' first"

# Our changelog has the format of Keep a Changelog, and not Debian's.
lintian --allow-root --fail-on error,warning --suppress-tags syntax-error-in-debian-changelog "${packages[0]}"

work=$(mktemp -d -p "$directory")
trap 'rm -rf --one-file-system "$work"' EXIT
# The next version: the same files, so that nothing is compiled again.
dpkg-deb --raw-extract "${packages[0]}" "$work/next"
sed -i 's/^Version: .*/&+next/' "$work/next/DEBIAN/control"
dpkg-deb --root-owner-group -Znone --build "$work/next" "$work/next.deb" >/dev/null

scripts/base_system.sh
mkdir "$work/root"
tar --extract --file build/image/base.tar --directory "$work/root" --numeric-owner
# A bare Debian keeps what the base leaves out: documentation and manual pages.
grep -l path-exclude "$work/root"/etc/dpkg/dpkg.cfg.d/* | xargs -r rm
cp "${packages[0]}" "$work/root/tender.deb"
cp "$work/next.deb" "$work/root/next.deb"
cp /etc/resolv.conf "$work/root/etc/resolv.conf"

# In namespaces of their own, so that mounts and processes end with them.
# shellcheck disable=SC2016  # the inner shell expands these
unshare --mount --pid --fork --kill-child -- bash -euc '
  mount --rbind /dev "$1/dev"
  mount -t proc proc "$1/proc"
  ROOT=$1 ZOOID_SIM=$2 TENDER=/usr/bin/tender python3 -B tests/package/test_package.py' \
  _ "$work/root" "$zooid_sim"
