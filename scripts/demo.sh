#!/usr/bin/env bash
# Shows what tender does, with a stand-in for zooid, in less than a minute. It ends by itself, and fails
# if a result is wrong. `make demo` builds and runs it. Usage: scripts/demo.sh
# TENDER and ZOOID_SIM name executables to use instead of those of build/dev.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
tender_path=$(realpath -m "${TENDER:-$root/build/dev/tender}")
zooid_sim_path=$(realpath -m "${ZOOID_SIM:-$root/build/dev/tools/zooid-sim/zooid-sim}")
sidecar=
watched=0 # 1 while the sidecar must not end
sim=
url=
mode=plain
[[ ! -t 1 || -n ${NO_COLOR:-} || ${TERM:-dumb} == dumb ]] || mode=colour

say() { printf '%s\n' "$@"; }

# title TEXT: opens a chapter.
title() {
  if [[ $mode == colour ]]; then
    printf '\n\033[1m== %s\033[0m\n' "$1"
  else
    printf '\n== %s\n' "$1"
  fi
}

# Ends the demo: `end` below cleans up and shows the logs.
fail() {
  say "" "demo: $1" >&2
  exit 1
}

tender() { "$tender_path" "$@"; }

# show COMMAND...: runs it as a reader would type it.
show() {
  local word line='$'
  for word in "$@"; do
    [[ $word != *' '* ]] || word="\"$word\""
    line+=" $word"
  done
  say "$line"
  "$@" 2>&1 || fail "\`$*\` failed (exit code $?)"
}

# wait_until WHAT COMMAND...: polls until the command succeeds; one deadline for the whole demo.
wait_until() {
  local what=$1
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < 50)) || fail "timed out; waited until $what"
    [[ $watched == 0 ]] || running "$sidecar" || fail "the sidecar ended by itself"
    sleep 0.1
  done
}

# The relay's fields as `tender relay show` prints them: field NAME VALUE-PATTERN RELAY.
field() { tender relay show "$3" | grep -Eq "^$1 +$2\$"; }

# in_step COUNT: zooid has the newest state of all relays, COUNT of them.
in_step() {
  local list
  list=$(tender relay list --json)
  [[ $(grep -c '"synced": true' <<<"$list") == "$1" && $list != *'"synced": false'* ]]
}

running() { kill -0 "$1" 2>/dev/null; }
gone() { ! running "$1"; }
lock_is_held() { tender health; }

# zooid's file of a relay.
held() { echo "$work/zooid/$(tender relay show "$1" | sed -n 's/^id  *//p').toml"; }

# What zooid holds of a relay, without its secret.
show_held() {
  say "zooid's file $(basename "$(held "$1")") says, among others:"
  grep -E '^(host|inactive|name|description) *=' "$(held "$1")" | sed 's/^/    /'
}

holds() { grep -Eq "$2" "$(held "$1")"; }

# The relay's identity, not printed: only to see that it stays the same.
identity() { grep -E '^secret *=' "$(held "$1")" | sha256sum; }

# start_sim HOST:PORT: zooid's stand-in; sets `sim` and `url`.
start_sim() {
  "$zooid_sim_path" --config "$work/zooid" --listen "$1" --whitelist "$robot" \
    >"$work/sim.out" 2>>"$work/sim.log" &
  sim=$!
  wait_until "zooid-sim is ready" sim_answers_or_died
  running "$sim" || fail "zooid-sim did not start"
  url=$(sed -n 's/.*"api_url":"\([^"]*\)".*/\1/p' "$work/sim.out")
}

sim_answers_or_died() { [[ -s $work/sim.out ]] || gone "$sim"; }

# Always: leave nothing of the demo behind.
end() {
  local code=$? process
  trap - EXIT
  for process in $sidecar $sim; do
    kill -9 "$process" 2>/dev/null || true
    wait "$process" 2>/dev/null || true
  done
  if [[ $code != 0 ]]; then
    [[ ! -s $work/tender.log ]] || { say "demo: the sidecar's last log lines:" && tail -n 20 "$work/tender.log"; } >&2
    [[ ! -s $work/sim.log ]] || { say "demo: zooid-sim's last log lines:" && tail -n 20 "$work/sim.log"; } >&2
  fi
  rm -rf "$work"
  exit "$code"
}

prepare() {
  local name path
  for path in "$tender_path" "$zooid_sim_path"; do
    [[ -x $path ]] || fail "$path is not there; run 'make demo', which builds it"
  done
  # The demo's settings only: neither the caller's variables nor a .env of the working directory.
  for name in $(compgen -e); do
    case $name in
      ZOOID_* | ROBOT_* | MEMBERS_* | RELAY_* | RECONCILE_* | DATABASE_* | ACTIVITY_* | BLOSSOM_S3_* | LIVEKIT_* | LOG_*) unset "$name" ;;
    esac
  done
  cd "$work"
  export ROBOT_SECRET DATABASE_URL=sqlite://tender.db RELAY_DOMAIN=relays.example.com RELAY_SYNC_RETRY_BASE=1s
  ROBOT_SECRET=$(new_secret)
  robot=$(tender key 2>/dev/null | sed -n 's/^hex  *//p') || fail "$tender_path prints no key"
  owner=$(ROBOT_SECRET=$(new_secret) tender key 2>/dev/null | sed -n 's/^npub  *//p')
}

new_secret() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

begin() {
  title "1. A key, and a zooid that trusts it"
  say "tender signs its requests to zooid. Its public key goes into zooid's whitelist:"
  show tender key
  start_sim 127.0.0.1:0
  export ZOOID_API_URL=$url
  say "" "zooid (here its stand-in, zooid-sim) runs at $url. Check everything:"
  show tender check
}

start_sidecar() {
  title "2. The sidecar"
  say "\$ tender run &"
  "$tender_path" run 2>"$work/tender.log" &
  sidecar=$!
  watched=1
  wait_until "the sidecar holds the database's lock" lock_is_held
  say "It reads the database and tells zooid. From now on we only say what each relay should be."
}

create_relays() {
  title "3. Three relays are described in the database"
  show tender relay create --tenant "$owner" --subdomain blue --name "Blue Lagoon" --blossom
  show tender relay create --tenant "$owner" --subdomain green --name "Green Valley" --public-join
  show tender relay create --tenant "$owner" --subdomain red --name "Red Rock"
  wait_until "zooid has the three relays" in_step 3
  say "" "A moment later zooid has them all:"
  show tender relay list
  show_held blue
}

change_relays() {
  title "4. One is changed, one is switched off and on again"
  show tender relay update blue --name "Deep Blue" --no-blossom
  show tender relay deactivate red
  wait_until "zooid has the changes" in_step 3
  holds blue 'Deep Blue' || fail "zooid does not have blue's new name"
  holds red '^inactive *= *true' || fail "zooid still serves red"
  say "" "red, as zooid has it now, is inactive; its data stays."
  show_held red
  say ""
  show tender relay activate red
  wait_until "red is in step" in_step 3
  ! holds red '^inactive *= *true' || fail "zooid does not serve red again"
  show_held red
}

survive_outage() {
  local before
  title "5. zooid is killed, and a command comes while it is down"
  before=$(identity green)
  say "\$ kill -9 $sim    # zooid-sim"
  kill -9 "$sim"
  wait "$sim" 2>/dev/null || true
  show tender relay update green --name "Evergreen"
  wait_until "the sidecar has noticed" field sync_error '.+' green
  say "" "The command is safe in the database. The sidecar has tried, and tries again by itself, here"
  say "after 1 s, then 2 s, 4 s and so on; as configured by default after 30 s, 60 s and so on:"
  show tender relay list
  say "" "zooid comes back, at the same address and with its files:"
  start_sim "${url#http://}"
  wait_until "zooid has caught up" in_step 3
  holds green 'Evergreen' || fail "zooid does not have green's new name"
  [[ $(identity green) == "$before" ]] || fail "green has another identity than before"
  show tender relay list
  show_held green
  say "It is the same relay as before: its secret key, which only zooid knows, has not changed."
}

look_back() {
  title "6. Everything that happened is in the activity log"
  show tender activity
  say ""
  show tender status
  field status active red || fail "red is not active"
}

stop() {
  local code=0
  title "7. The sidecar stops on SIGTERM, after finishing the requests in flight"
  say "\$ kill -TERM $sidecar"
  watched=0
  kill -TERM "$sidecar"
  wait_until "the sidecar has stopped" gone "$sidecar"
  wait "$sidecar" || code=$?
  [[ $code == 0 ]] || fail "the sidecar stopped with exit code $code"
  sidecar=
  say "It ended with exit code 0. Its log lines:"
  sed 's/^/    /' "$work/tender.log"
}

work=$(mktemp -d)
trap end EXIT
trap 'exit 130' INT TERM
prepare
begin
start_sidecar
create_relays
change_relays
survive_outage
look_back
stop
title "All is well, after $SECONDS s. Next: README.md, and docs/docker.md to run it beside zooid."
