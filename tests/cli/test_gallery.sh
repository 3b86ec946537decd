#!/usr/bin/env bash
# Aim: every scenario of the gallery keeps its promise (at the shipped seed; scripts/validate tries
# nine others): its goals hold, and without each of its mechanisms one fails. And scripts/gallery
# notices what is not as it should be: slips in heads by file and line, goals that fail, mechanisms
# that make no difference, answers without a value.
set -euo pipefail
root=$(cd -- "$(dirname -- "$0")/../.." && pwd)
archsim=$(realpath -- "${ARCHSIM:-$root/build/archsim}")
export ARCHSIM=$archsim
. "$root/tests/cli/expect.sh"

# gallery CODE ARGUMENT...: like expect, for scripts/gallery.
gallery() {
  local wanted=$1 code=0
  shift
  "$root/scripts/gallery" "$@" >out 2>err </dev/null || code=$?
  [ "$code" -eq "$wanted" ] || fail "gallery $*: exit code $code, not $wanted"
}

good() {
  cat <<'END'
-- Do two workers keep up where one
-- does not?
--
-- Covers B04.
-- Off: workers=1  the load is more than one worker can do
-- Answer: users.latency.mean
-- Try: workers=3
local workers = param { "workers", 2 }
client "users" { arrivals = constant "150/s", target = "web" }
service "web" { workers = workers, work = "10ms" }
goal "users.latency.mean < 11ms"
run { duration = "10s", warmup = "1s", replications = 2 }
END
}

good >good.lua
gallery 0 --quick good.lua
no_err
in_out 'B04  good.lua: Do two workers keep up where one does not?'
in_out 'users.latency.mean = 10.0 ms'
in_out '1 scenarios, 2 runs'
gallery 0 good.lua
in_out '1 scenarios, 11 runs'
good | sed 's/keep up/manage/; s/B04/B16/' >also.lua
gallery 0 --quick good.lua also.lua
in_out 'B04  good.lua: Do two workers keep up where one does not?'
in_out 'B16  also.lua: Do two workers manage where one does not?'

# slip SED-SCRIPT MESSAGE: the good one with a slip is refused with the message.
slip() {
  good | sed "$1" >bad.lua
  gallery 1 --quick bad.lua
  in_err "$2"
}
slip '2s/?//' 'bad.lua:1: the first comment must be a question'
slip '/Covers/d' 'bad.lua:1: no line "-- Covers A01."'
slip 's/Covers B04/Covers b4/' 'bad.lua:4: expected "-- Covers A01, B02."'
slip 's/Covers B04/Covers B04, Z99/' 'bad.lua:4: Z99 is no row of docs/gallery.md'
slip 's/Covers B04/covers B04/' 'bad.lua:4: expected "Covers"'
slip 's/Covers B04/Source: B04/; 6a-- Source: there' 'bad.lua:7: a second line'
slip 's/Covers B04/source: there/' 'bad.lua:4: expected "Covers"'
slip '/Off/d' 'bad.lua:1: no line "-- Off: name=value  what then fails"'
slip 's/^-- Off: workers=1  /-- Off: workers=1 /' 'bad.lua:5: expected "-- Off:'
slip 's/ the load is.*//' 'bad.lua:5: expected "-- Off:'
slip 's/Off: /Of: /' 'bad.lua:5: expected "Covers"'
slip '/Answer/d' 'bad.lua:1: no line "-- Answer: METRIC"'
slip 's/Answer: /Answer /' 'bad.lua:6: expected'
slip 's/latency.mean$/latency.men/' 'bad.lua: its answer users.latency.men has no value'
slip 's/< 11ms/< 9ms/' 'bad.lua: not all goals hold (exit 1)'
slip 's/< 11ms/< 100s/' 'bad.lua: no goal fails without its mechanism (exit 0)'
slip 's/Off: workers/Off: worker/' 'bad.lua: no goal fails without its mechanism (exit 2)'

code=0
"$root/scripts/gallery" --quick >out 2>err </dev/null || code=$?
if [ "$code" -ne 0 ]; then
  cat err
  fail 'the gallery'
fi
finish
