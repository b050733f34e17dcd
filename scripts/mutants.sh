#!/usr/bin/env bash
# Shows that the simulation can fail. Each patch in tests/simulation/mutants breaks one rule of the product. This
# applies it to a copy of the sources, builds the simulator from them, and runs seeds until one breaks a rule.
# Fails if a patch does not apply, or if no seed notices it. Usage: scripts/mutants.sh [NAME...], default all.
# SEEDS: how many seeds to try for each (2500). BUILD: where the copy and its build are (build/mutants).
set -euo pipefail

cd "$(dirname "$0")/.."
readonly seeds=${SEEDS:-2500} dir=${BUILD:-build/mutants} mutants=tests/simulation/mutants

# change NAME [--reverse]: applies the patch to the copy. Reversing it leaves the file newer than what was built from it.
change() {
  patch --directory="$dir/source" --strip=1 --silent --no-backup-if-mismatch "${@:2}" <"$mutants/$1.patch"
}

# try NAME: prints one line about it.
try() {
  local name=$1 log=$dir/$1.log status=0
  if ! change "$name" >"$log" 2>&1; then
    echo "$name: the patch does not apply, see $log"
    return 1
  fi
  if cmake --build "$dir/build" --target simulate >"$log" 2>&1; then
    timeout 600 "$dir/build/tests/simulation/simulate" "1-$seeds" >"$log" 2>&1 || status=$?
  else
    status=build
  fi
  change "$name" --reverse >/dev/null
  if [[ $status == build ]]; then
    echo "$name: does not compile, see $log"
    return 1
  fi
  if grep -q '^seed [0-9]* breaks a rule' "$log"; then
    echo "$name: caught by $(grep -m1 '^seed [0-9]* breaks a rule' "$log")"
  else
    echo "$name: NOT CAUGHT by seeds 1-$seeds (exit code $status), see $log"
    return 1
  fi
}

rm -rf "$dir/source"
mkdir -p "$dir/source"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents --target-directory="$dir/source"
cmake --preset dev -S "$dir/source" -B "$dir/build" -DCMAKE_UNITY_BUILD=OFF >"$dir/configure.log"

names=("$@")
if [[ ${#names[@]} == 0 ]]; then
  for file in "$mutants"/*.patch; do
    names+=("$(basename "$file" .patch)")
  done
fi
missed=0
for name in "${names[@]}"; do
  try "$name" || missed=$((missed + 1))
done
echo "${#names[@]} mutants, $missed not caught"
[[ $missed == 0 ]]
