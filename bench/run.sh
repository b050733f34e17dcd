#!/usr/bin/env bash
# Measures the built product on this machine and prints the numbers; asserts nothing. `make bench` runs it.
# TENDER, ZOOID_SIM, BENCH_CLAIMS and BENCH_OUTAGE name other executables than those of build/dev.
set -euo pipefail

cd "$(dirname "$0")/.."
export TENDER=${TENDER:-$PWD/build/dev/tender}
export ZOOID_SIM=${ZOOID_SIM:-$PWD/build/dev/tools/zooid-sim/zooid-sim}
"${BENCH_CLAIMS:-build/dev/bench/bench_claims}"
"${BENCH_OUTAGE:-build/dev/bench/bench_outage}"
export PYTHONPATH=tests/e2e
python3 -B bench/measure.py
exec python3 -B bench/large_fleet.py
