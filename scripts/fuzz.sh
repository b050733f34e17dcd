#!/usr/bin/env bash
# Runs the fuzzers of build/fuzz one after the other. They start from the seeds in fuzz/corpus and from the
# inputs that earlier runs kept. The first finding ends the run. `make fuzz` builds and runs them.
# Usage: scripts/fuzz.sh [TARGET...]; without a target all run. FUZZ_SECONDS is the time for each (60).
# It writes only to build/fuzz.
set -euo pipefail

cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-60}
build=build/fuzz
# Names for the frames of a trace: addr2line comes with every compiler.
export ASAN_SYMBOLIZER_PATH=${ASAN_SYMBOLIZER_PATH:-$(command -v llvm-symbolizer || command -v addr2line)}

# run TARGET
run() {
  local target=$1 fuzzer=$build/fuzz/fuzz_$1 grown=$build/corpus/$1 log=$build/logs/$1.log found
  if [[ ! -x $fuzzer || ! -d fuzz/corpus/$target ]]; then
    echo "fuzz: there is no target '$target'; build it with 'cmake --build --preset fuzz', or name one of: $(names)" >&2
    exit 2
  fi
  mkdir -p "$grown" "$build/logs" "$build/findings"
  echo "fuzz: $target for $seconds s"
  # New inputs go to the first directory; the seeds are only read. A slow input is a finding.
  if "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1 \
    -artifact_prefix="$build/findings/$target-" "$grown" "fuzz/corpus/$target" </dev/null >"$log" 2>&1; then
    sed -n 's/^stat::number_of_executed_units: */fuzz:   inputs: /p' "$log"
    return
  fi
  tail -n 40 "$log" >&2
  found=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
  echo "fuzz: $target found a bug; the complete output is in $log" >&2
  if [[ -n $found ]]; then
    echo "fuzz: the reproducer is $found; run it again with: $fuzzer $found" >&2
  fi
  exit 1
}

names() {
  find fuzz/corpus -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort | paste -sd ' '
}

if [[ ! $seconds =~ ^[1-9][0-9]*$ ]]; then
  echo "fuzz: FUZZ_SECONDS is '$seconds'; give a whole number of seconds above 0" >&2
  exit 2
fi
if [[ $# -eq 0 ]]; then
  read -ra targets <<<"$(names)"
else
  targets=("$@")
fi
for target in "${targets[@]}"; do
  run "$target"
done
echo "fuzz: nothing found"
