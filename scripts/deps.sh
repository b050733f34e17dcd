#!/usr/bin/env bash
# Installs the Debian packages that are missing. Usage: scripts/deps.sh [--quiet] [SET...]
# The sets are in scripts/packages.txt; the default is `build`. It never asks, and says what it does;
# with --quiet it says nothing if nothing is missing. TENDER_SKIP_DEPS=1 turns it off, for systems where the
# libraries come from elsewhere.
set -euo pipefail

list=$(dirname "$0")/packages.txt
quiet=0
sets=()
for argument in "$@"; do
  case $argument in
    --quiet) quiet=1 ;;
    *) sets+=("$argument") ;;
  esac
done
[[ ${#sets[@]} -gt 0 ]] || sets=(build)
[[ ${TENDER_SKIP_DEPS:-} != 1 ]] || exit 0

fail() {
  echo "deps: $1" >&2
  echo "deps: $2" >&2
  exit 1
}

# Prints the packages of the sets, without those whose command is installed already.
wanted() {
  local set package command name
  for name in "${sets[@]}"; do
    grep -q "^$name " "$list" || fail "there is no set '$name' in $list" "name one of: $(known_sets)"
    while read -r set package command; do
      if [[ $set == "$name" ]] && { [[ -z $command ]] || ! command -v "$command" >/dev/null; }; then
        echo "$package"
      fi
    done <"$list"
  done
}

known_sets() {
  sed -n 's/^\([a-z]\+\) .*/\1/p' "$list" | sort -u | paste -sd ' '
}

# Prints the packages on stdin that are not installed.
missing() {
  local package
  declare -A installed=()
  while read -r package; do
    installed[$package]=1
  done < <(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' | sed -n 's/^ii  *//p')
  sort -u | while read -r package; do
    [[ -n ${installed[$package]:-} ]] || echo "$package"
  done
}

names=$(wanted)
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  fail "this is not a Debian system, so the packages cannot be installed from here" \
    "install the libraries that $list names, then run again with TENDER_SKIP_DEPS=1; or build the image (make image)"
fi

mapfile -t packages < <(missing <<<"$names")
if [[ ${#packages[@]} -eq 0 || -z ${packages[0]} ]]; then
  [[ $quiet == 1 ]] || echo "deps: everything for ${sets[*]} is installed"
  exit 0
fi

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null ||
    fail "packages are missing, and installing them needs root or sudo" \
      "run as root: apt-get install ${packages[*]}"
  as_root=(sudo)
fi
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300)

echo "deps: installing with ${as_root[*]:+${as_root[*]} }apt-get: ${packages[*]}"
"${apt[@]}" update -qq ||
  fail "apt-get update failed" "check the network and /etc/apt/sources.list, then run this again"
"${apt[@]}" install -y -qq --no-install-recommends "${packages[@]}" >/dev/null ||
  fail "apt-get install failed; its message is above" \
    "tender builds on Debian bookworm (this is $(sed -n 's/^PRETTY_NAME=//p' /etc/os-release)); elsewhere build the image (make image)"
echo "deps: done"
