#!/usr/bin/env bash
# Fails when docs/architecture.md cites in backticks a file or a symbol that is not there, or a line
# number, which would soon be wrong; and when a comment cites a document that is not in the repository.
# Usage: scripts/check_docs.sh [ROOT]
# `src/outbox/dispatcher.cpp` must be a file and `src/outbox/` a directory; `Dispatcher::run` must be a
# `run` in a file that declares or implements `Dispatcher`; `RelaySync` must be a word in the sources.
# Text in backticks that holds a space or other punctuation is prose or a command, and is not checked.
set -euo pipefail

# Where a symbol may be found.
source_roots=(include src tools tests scripts CMakeLists.txt CMakePresets.json Makefile)

# sources_with WORD: the files under the source roots that hold it as a whole word.
sources_with() {
  local root roots=()
  for root in "${source_roots[@]}"; do
    [[ ! -e $root ]] || roots+=("$root")
  done
  grep -rlwF --exclude=check_docs.sh -e "$1" "${roots[@]}" || true
}

# symbol_exists NAME, where NAME is a word or words joined by `::`.
symbol_exists() {
  local name=$1 scope member files
  member=${name##*::}
  files=$(sources_with "$member")
  [[ -n $files ]] || return 1
  [[ $name == *::* ]] || return 0
  scope=${name%::*}
  scope=${scope##*::}
  # The member as a word, in a file that declares the scope or implements it with `Scope::`.
  xargs grep -lE "\b(class|struct|enum|enum class|namespace)\b.*\b$scope\b|\b$scope::$member\b" <<<"$files" >/dev/null
}

# check_document FILE: prints every fault, from within the root.
# Fenced blocks are pictures and commands; only inline code is cited.
# shellcheck disable=SC2016  # the backticks are meant
check_document() {
  local document=$1 cited
  [[ -f $document ]] || { echo "$document: missing" && return; }
  grep -nE '[a-z]\.(cpp|hpp|sh|txt|md|sql)(:|#L?)[0-9]+|\blines? [0-9]+' "$document" |
    sed "s|^|$document:|; s|$| (cites a line number)|" || true
  while read -r cited; do
    if [[ $cited =~ ^[A-Za-z0-9_./-]+$ && ($cited == */* || $cited =~ \.(cpp|hpp|sh|txt|md|sql|json|yaml)$) ]]; then
      [[ -e $cited ]] || echo "$document: \`$cited\` is no file here"
    elif [[ $cited =~ ^[A-Za-z_][A-Za-z0-9_]*(::~?[A-Za-z_][A-Za-z0-9_]*)*(\(\))?$ ]]; then
      symbol_exists "${cited%'()'}" || echo "$document: \`$cited\` is nowhere in the sources"
    fi
  done < <(sed '/^ *```/,/^ *```/d' "$document" | grep -oE '`[^`]+`' | tr -d '`' | sort -u)
}

# check_comments: prints each document that a source cites and that is neither in the root nor in docs/.
check_comments() {
  local place cited
  while IFS=: read -r place _ cited; do
    [[ -e $cited || -e docs/$cited ]] || echo "$place: \`$cited\` is no document here"
  done < <(grep -rnoE --include='*.[ch]pp' --include='*.sql' '[A-Za-z0-9_][A-Za-z0-9_/-]*\.md\b|\bseeds/[a-z.-]*[a-z]' include src tools tests bench examples 2>/dev/null || true)
}

# self_test: a document with one fault of each kind must be caught, and a good one must pass.
self_test() (
  tree=$(mktemp -d)
  trap 'rm -rf "$tree"' EXIT
  cd "$tree"
  mkdir -p include/tender/outbox src/outbox docs
  printf 'class Dispatcher {\n  void run();\n};\n' >include/tender/outbox/dispatcher.hpp
  printf 'void Dispatcher::run() { claim(); }\n' >src/outbox/dispatcher.cpp
  printf 'void fetch() {}\n' >src/outbox/fetch.cpp
  {
    printf '%s\n' "\`src/outbox/dispatcher.cpp\` \`src/outbox/\` \`Dispatcher\` \`Dispatcher::run()\`"
    printf '%s\n' "\`claim\` \`make demo\` \`GET /x\`" '```' "\`in/a/block\`" '```'
  } >docs/good.md
  printf '%s\n' "\`src/outbox/gone.cpp\` \`Gone\` \`Dispatcher::gone\` \`Dispatcher::fetch\`" \
    'see src/outbox/dispatcher.cpp:12' >docs/bad.md
  found=$(check_document docs/good.md)
  [[ -z $found ]] || { echo "self-test: a good document is refused: $found" && exit 1; }
  found=$(check_document docs/bad.md)
  [[ $(wc -l <<<"$found") -eq 5 ]] || { echo "self-test: expected five faults, got: $found" && exit 1; }
  printf '// See good.md, docs/good.md, gone.md and seeds/gone.txt.\n' >src/outbox/cites.cpp
  found=$(check_comments)
  [[ $(wc -l <<<"$found") -eq 2 ]] || { echo "self-test: expected two comments, got: $found" && exit 1; }
)

self_test
cd "${1:-$(dirname "$0")/..}"
faults=$(check_document docs/architecture.md)
faults+=$(check_comments)
if [[ -n $faults ]]; then
  echo "$faults"
  echo "docs: correct docs/architecture.md, or the comment" >&2
  exit 1
fi
echo "docs: docs/architecture.md and the comments cite only what exists"
