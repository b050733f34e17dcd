#!/usr/bin/env bash
# Compares the nostr room, and a sidecar that runs, with nostr-tools. Usage: tests/interop/run.sh BUILD_DIR
# BUILD_DIR holds the built nostr_oracle and tender; npm's packages go to BUILD_DIR/interop, not into the source.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?usage: run.sh BUILD_DIR}" && pwd)
work=$build/interop
oracle=$build/tests/interop/nostr_oracle

if [[ ! -x $oracle ]]; then
  echo "interop: $oracle is missing: build it first (make build)" >&2
  exit 1
fi
if ! command -v npm >/dev/null; then
  echo "interop: npm is missing: install it with 'scripts/deps.sh interop'" >&2
  exit 1
fi

mkdir -p "$work"
# Installed afresh only when the lock file changed, so that a second run needs no network.
if ! cmp -s "$here/package-lock.json" "$work/installed-lock.json"; then
  cp "$here/package.json" "$here/package-lock.json" "$work/"
  (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund)
  cp "$here/package-lock.json" "$work/installed-lock.json"
fi
cp "$here/"*.test.mjs "$work/"
NOSTR_ORACLE=$oracle TENDER=$build/tender exec node --test --test-reporter=spec "$work/interop.test.mjs" "$work/admin.test.mjs"
