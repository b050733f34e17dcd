#!/usr/bin/env bash
# Fails when a room includes one that is not below it. Usage: scripts/check_includes.sh [ROOT]
# The floors are those of docs/architecture.md, and `main` is src/main.cpp. A room may include itself, rooms on
# lower floors, and `base`; two rooms on one floor may not include each other. The product includes nothing from tests/ and tools/.
set -euo pipefail

declare -A floor=([base]=1 [nostr]=1 [http]=1 [model]=2 [config]=2 [fetch]=2 [store]=3 [zooid]=3
  [hook]=4 [outbox]=4 [infra]=5 [view]=6 [service]=7 [admin]=8 [cli]=9 [main]=10)

# check_tree ROOT: prints every violation under ROOT/include/tender and ROOT/src.
check_tree() {
  local root=$1 file line included room other
  while IFS=: read -r file line included; do
    room=${file#"$root"/}
    room=${room#include/tender/}
    room=${room#src/}
    room=${room%%/*}
    room=${room%.cpp}
    other=${included#*\"}
    other=${other%%\"*}
    if [[ $other != tender/* ]]; then
      # A header beside the source, such as "sql.hpp", is the room's own.
      [[ $other == */* ]] && echo "$file:$line: includes \"$other\", which is not of the product"
      continue
    fi
    other=${other#tender/}
    other=${other%%/*}
    if [[ -z ${floor[$room]:-} ]]; then
      echo "$file:$line: the room '$room' has no floor in scripts/check_includes.sh"
    elif [[ -z ${floor[$other]:-} ]]; then
      echo "$file:$line: the room '$other' has no floor in scripts/check_includes.sh"
    elif [[ $other != "$room" && $other != base && ${floor[$other]} -ge ${floor[$room]} ]]; then
      echo "$file:$line: $room (floor ${floor[$room]}) includes $other (floor ${floor[$other]})"
    fi
  done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' --include='*.[ch]pp' \
    "$root/include/tender" "$root/src" || true)
}

# self_test: a tree with one violation of each kind must be caught, and a good tree must pass.
self_test() {
  local tree
  tree=$(mktemp -d)
  trap 'rm -rf "$tree"' RETURN
  mkdir -p "$tree"/include/tender/{base,nostr,http,store,infra} "$tree"/src/{store,zooid,kitchen}
  printf '#include "tender/base/clock.hpp"\n#include "tender/nostr/hex.hpp"\n#include "sql.hpp"\n' \
    >"$tree/src/store/good.cpp"
  printf '#include "tender/cli/run.hpp"\n' >"$tree/src/main.cpp"
  [[ -z $(check_tree "$tree") ]] || { echo "self-test: a good tree is refused" && return 1; }

  printf '#include "tender/infra/infra.hpp"\n' >"$tree/src/store/upward.cpp"
  printf '# include "tender/http/url.hpp"\n' >"$tree/include/tender/nostr/sideways.hpp"
  printf '#include "tender/store/query.hpp"\n' >"$tree/src/zooid/sideways.cpp"
  printf '#include "tender/nostr/hex.hpp"\n' >"$tree/include/tender/base/upward.hpp"
  printf '#include "support/temp_dir.hpp"\n' >"$tree/src/store/test.cpp"
  printf '#include "tender/nostr/hex.hpp"\n' >"$tree/src/kitchen/sink.cpp"
  local found
  found=$(check_tree "$tree")
  local expected
  for expected in 'store/upward.cpp:1: store (floor 3) includes infra (floor 5)' \
    'nostr/sideways.hpp:1: nostr (floor 1) includes http (floor 1)' \
    'zooid/sideways.cpp:1: zooid (floor 3) includes store (floor 3)' \
    'base/upward.hpp:1: base (floor 1) includes nostr (floor 1)' \
    'store/test.cpp:1: includes "support/temp_dir.hpp"' \
    "kitchen/sink.cpp:1: the room 'kitchen' has no floor"; do
    grep -qF "$expected" <<<"$found" || { echo "self-test: not caught: $expected" && return 1; }
  done
  [[ $(wc -l <<<"$found") -eq 6 ]] || { echo "self-test: too much was caught: $found" && return 1; }
}

self_test
violations=$(check_tree "${1:-$(cd "$(dirname "$0")/.." && pwd)}")
if [[ -n $violations ]]; then
  echo "$violations"
  echo "includes: a room may include only rooms below it; move the code or the dependency" >&2
  exit 1
fi
echo "includes: every room includes only rooms below it"
