#!/usr/bin/env bash
# Proves that the image's runtime stage installs every shared library that tender needs. Needs no container
# engine. Usage: scripts/check_runtime_packages.sh [BINARY [DOCKERFILE]]
# ldd lists the libraries and dpkg their packages. A simulated apt-get on an empty system lists what the
# runtime stage would install, with all dependencies.
set -euo pipefail

cd "$(dirname "$0")/.."
binary=${1:-build/dev/tender}
dockerfile=${2:-Dockerfile}
export LC_ALL=C

fail() {
  echo "runtime packages: $1" >&2
  exit 1
}

[[ -x $binary ]] || fail "$binary is missing: run 'make build' first"
[[ -f $dockerfile ]] || fail "$dockerfile is missing"

# Prints the packages that `apt-get install` names after the last FROM.
named_packages() {
  awk '/^FROM /{stage = ""} {stage = stage $0 "\n"} END {printf "%s", stage}' "$dockerfile" |
    sed 's/^[[:space:]]*#.*//' | sed -e ':join' -e '/\\$/{N; s/\\\n/ /; b join}' |
    grep -oE 'apt-get [^;&|]*install [^;&|]*' | sed 's/.*install //' | tr -s ' \t' '\n' | grep -v '^-' || true
}

# simulate PACKAGE...: prints what installing them on an empty system installs.
simulate() {
  apt-get -s -o Dir::State::status=/dev/null -o APT::Architectures="$(dpkg --print-architecture)" \
    install --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p'
}

# package_of LIBRARY: prints the package that contains it, without the architecture. With the merged /usr,
# ldd can say /lib where dpkg says /usr/lib, and the reverse.
package_of() {
  local path
  for path in "$1" "/usr$1" "${1#/usr}"; do
    if dpkg -S "$path" 2>/dev/null | sed 's/[:,].*//' | head -n 1 | grep .; then
      return
    fi
  done
  return 1
}

mapfile -t named < <(named_packages)
[[ ${#named[@]} -gt 0 ]] || fail "the last stage of $dockerfile installs no packages"
# apt is in the base image, and with it what it needs, such as libstdc++6.
installed=$(simulate apt "${named[@]}") || fail "apt cannot install: ${named[*]} (after 'apt-get update'?)"

linked=$(ldd "$binary")
! grep 'not found' <<<"$linked" || fail "$binary does not start here"
lacking=0
while read -r library; do
  package=$(package_of "$library") || fail "no package contains $library"
  if ! grep -qxF "$package" <<<"$installed"; then
    echo "$(basename "$library") is in $package, which the runtime stage of $dockerfile does not install"
    lacking=1
  fi
done < <(grep -oE '/[^ ]+' <<<"$linked" | sort -u)
[[ $lacking == 0 ]] || fail "add the packages above to the last apt-get install of $dockerfile"
echo "runtime packages: ${named[*]} are enough for $binary"
