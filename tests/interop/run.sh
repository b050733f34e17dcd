#!/usr/bin/env bash
# Compares the nostr room, and a sidecar that runs, with nostr-tools, and the hook room with the reference libraries of
# Standard Webhooks for JavaScript and Python. Usage: tests/interop/run.sh BUILD_DIR
# BUILD_DIR holds the built oracles and tender; the packages of npm and pip go to BUILD_DIR/interop, not into the source.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?usage: run.sh BUILD_DIR}" && pwd)
work=$build/interop
export NOSTR_ORACLE=$build/tests/interop/nostr_oracle
export HOOK_ORACLE=$build/tests/interop/hook_oracle
export EVENT_SCHEMA=$here/../../docs/events.schema.json

for oracle in "$NOSTR_ORACLE" "$HOOK_ORACLE"; do
  if [[ ! -x $oracle ]]; then
    echo "interop: $oracle is missing: build it first (make build)" >&2
    exit 1
  fi
done
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
if ! cmp -s "$here/standardwebhooks.txt" "$work/venv/installed.txt"; then
  rm -rf "$work/venv"
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet --require-hashes -r "$here/standardwebhooks.txt"
  cp "$here/standardwebhooks.txt" "$work/venv/installed.txt"
fi
"$work/venv/bin/python" "$here/webhooks_test.py"

cp "$here/"*.test.mjs "$work/"
TENDER=$build/tender exec node --test --test-reporter=spec "$work/interop.test.mjs" "$work/admin.test.mjs" \
  "$work/webhooks.test.mjs"
