#!/usr/bin/env bash
# Fails when a document cites something that does not exist. Usage: scripts/check_docs.sh [ROOT]
# README.md, CONTRIBUTING.md and docs/*.md are checked:
# - Files in backticks: `src/outbox/dispatcher.cpp` must be a file and `src/outbox/` a directory.
# - Symbols in backticks: `RelaySync` must be a word in the sources; `Dispatcher::run` must be a `run` in a
#   file that declares or implements `Dispatcher`. Columns of tables and variables are in the sources, too.
# - Links to other pages, with their #anchors: the anchor must be a heading of that page.
# - Line numbers: none may be cited, because they are soon wrong.
# Text in backticks with a space or other punctuation is prose or a command, and is not checked; fenced blocks
# are not checked either. In the sources, each document (*.md) that is named must exist.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

# Where a symbol may be found, and where documents are named.
source_roots=(include src tools tests scripts deploy bench examples fuzz CMakeLists.txt CMakePresets.json Makefile Dockerfile compose.yaml env.example)

# roots: those that there are.
roots() {
  local root
  for root in "${source_roots[@]}"; do
    [[ ! -e $root ]] || echo "$root"
  done
}

# grep_sources OPTION...: grep through all of them, but not through this check, whose self-test names what does not exist.
grep_sources() {
  roots | xargs grep -rI --exclude='check_docs.*' --exclude-dir=corpus "$@" || true
}

# check_scopes: reads lines "scope PAGE A::b" and prints those that do not exist; passes other lines on.
check_scopes() {
  local first page name scope member
  while read -r first page name; do
    if [[ $first != scope ]]; then
      echo "$first $page $name"
      continue
    fi
    member=${name##*::}
    scope=${name%::*}
    scope=${scope##*::}
    # The member as a word, in a file that declares the scope or implements it with `Scope::`.
    grep_sources -lwF -e "$member" |
      xargs -r grep -lE "\b(class|struct|enum|enum class|namespace)\b.*\b$scope\b|\b$scope::$member\b" >/dev/null ||
      echo "$page: \`$name\` is not in the sources"
  done
}

# check_pages PAGE...: prints each fault, from within the root.
check_pages() {
  local page
  for page in "$@"; do
    [[ -f $page ]] || { echo "$page: missing" && return; }
  done
  awk -f "$here/check_docs.awk" \
    input=paths <(find . \( -name .git -o -name build -o -name node_modules \) -prune -o -print | sed 's|^\./||') \
    input=words <(grep_sources -ohE '[A-Za-z_][A-Za-z0-9_]*' | sort -u) \
    input=pages "$@" input=check "$@" | check_scopes
}

# check_comments: prints each document that a source names and that is neither in the root nor in docs/.
check_comments() {
  local place cited
  while IFS=: read -r place _ cited; do
    [[ -e $cited || -e docs/$cited ]] || echo "$place: $cited is not a document here"
  done < <(grep_sources -noE '[A-Za-z0-9_][A-Za-z0-9_/-]*\.md\b|\bseeds/[a-z.-]*[a-z]')
}

# self_test: a page with one fault of each kind must be caught, and a good one must pass.
# shellcheck disable=SC2016  # the backticks are meant
self_test() (
  tree=$(mktemp -d)
  trap 'rm -rf "$tree"' EXIT
  cd "$tree"
  mkdir -p include/tender/outbox src/outbox docs
  printf 'class Dispatcher {\n  void run();\n};\n' >include/tender/outbox/dispatcher.hpp
  printf 'void Dispatcher::run() { claim(); }\n' >src/outbox/dispatcher.cpp
  printf 'void fetch() {}\n' >src/outbox/fetch.cpp
  printf 'INSERT INTO job (not_before)\n' >src/outbox/job.sql
  printf '%s\n' '# Good `claim`, once' '`src/outbox/dispatcher.cpp` `src/outbox/` `Dispatcher` `Dispatcher::run()` `not_before`' \
    '`claim` `make demo` `GET /x` `/data` `build/dev/x` `an/outcome` `a command that goes' 'over a line` `claim`' '```' '`in/a/block` [x](y.md)' '```' \
    '[front](../README.md#second-part-1) [self](#good-claim-once) [source](../src/outbox/job.sql) [far](https://x.test/y.md)' \
    '`[not](a/link.md)` [over' 'a line](good.md)' >docs/good.md
  printf '%s\n' '# Front' '## Second part' '## Second part' '[good](docs/good.md#good-claim-once) [docs](docs/)' >README.md
  printf '%s\n' '`src/outbox/gone.cpp` `gone.sh` `Gone` `Dispatcher::gone` `Dispatcher::fetch`' \
    'see src/outbox/dispatcher.cpp:12' '[a](gone.md) [b](good.md#gone) [c](#gone) [d](docs/good.md)' >docs/bad.md
  found=$(check_pages README.md docs/good.md)
  [[ -z $found ]] || { echo "self-test: a good page is refused: $found" && exit 1; }
  found=$(check_pages README.md docs/good.md docs/bad.md)
  [[ $(wc -l <<<"$found") -eq 10 && $found != *good.md:* ]] || { echo "self-test: expected ten faults, got: $found" && exit 1; }
  printf '// See good.md, docs/good.md, gone.md and seeds/gone.txt.\n' >src/outbox/cites.cpp
  printf -- '-- See also.md.\n' >src/outbox/cites.sql
  found=$(check_comments)
  [[ $(wc -l <<<"$found") -eq 3 ]] || { echo "self-test: expected three comments, got: $found" && exit 1; }
)

self_test
cd "${1:-$here/..}"
faults=$(check_pages README.md CONTRIBUTING.md docs/*.md && check_comments)
if [[ -n $faults ]]; then
  echo "$faults"
  echo "docs: correct the page or the comment that stands before the colon" >&2
  exit 1
fi
echo "docs: all pages and comments cite only what exists"
