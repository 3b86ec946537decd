#!/usr/bin/env bash
# Aim: the program as a user meets it: help, exit codes, sentences about mistakes, outputs that are
# whole or absent and do not depend on the number of threads.
#
#   tests/cli/test_cli.sh [ARCHSIM]      else $ARCHSIM
set -euo pipefail
archsim=${1:-${ARCHSIM:?path of the archsim binary}}
archsim=$(realpath -- "$archsim")
. "$(dirname -- "$0")/expect.sh"
same() { cmp -s -- "$1" "$2" || fail "$1 and $2 differ"; }

cat >good.lua <<'LUA'
-- Does one server answer 50 requests a second?
local rate = param { "rate", "50/s", doc = "offered load" }
client "c" { arrivals = poisson(rate), target = "s", timeout = "1s" }
service "s" { workers = 1, work = exponential "10ms" }
goal "c.availability >= 99%"
run { duration = "60s", warmup = "5s", replications = 4 }
LUA
cat >bad.lua <<'LUA'
client "c" { arrivals = poisson "50/s", target = "s" }
service "s" { workers = 1, work = exponential "10ms" }
goal "c.latency.p99 < 1ms"
run { duration = "60s", warmup = "5s", replications = 4 }
LUA
# Two replications of a busy server say little about its tail.
sed 's/50/90/; s/< 1ms/< 450ms/; s/= 4/= 2/' bad.lua >open.lua
cat >nothing.lua <<'LUA'
client "c" { arrivals = poisson "0.000001/s", target = "s" }
service "s" { workers = 1, work = exponential "10ms" }
goal "c.latency.p99 < 1s"
run { duration = "1s", warmup = "0s", replications = 2 }
LUA
cat >auto.lua <<'LUA'
client "c" { arrivals = poisson "95/s", target = "s" }
service "s" { workers = 1, work = exponential "10ms" }
fault { crash "s", at = "1s", lasts = "1s" }
run { duration = "1000s", replications = 2 }
LUA

cat >loop.lua <<'LUA'
client "c" { arrivals = closed { users = 2, think = "0s" }, target = "s" }
service "s" { }
run { duration = "10s", warmup = "1s", replications = 3 }
LUA

# The last answer of a chain of some 200,000 calls ends all of them.
cat >chain.lua <<'LUA'
client "c" { arrivals = constant "0.5/s", target = "s" }
service "s" { on = { work "1us", branch { p = "99.9995%", call "s" } } }
run { duration = "10s", warmup = "0s", replications = 1 }
LUA

# --- help, version, usage ---
expect 2
in_err 'Usage: archsim'
no_out
for option in --help -h help; do
  expect 0 "$option"
  in_out 'Usage: archsim'
  no_err
done
expect 0 --version
grep -qE '^archsim [0-9]+\.[0-9]+\.[0-9]+$' out || fail 'the version is not a version'
for command in run compare capacity sweep merge check describe; do
  expect 0 --help
  in_out "  $command "
  expect 0 "$command" --help
  in_out "Usage: archsim $command"
  ! grep -qE '.{81}' out || fail "the help of $command is wider than 80 columns"
  [ "$(sed -n '/^Examples:/,$p' out | grep -c "^  archsim $command ")" -eq 2 ] ||
    fail "the help of $command has not two examples"
  # Every option that is advertised exists.
  grep -oE -- "--[a-z]+(-[a-z0-9]+)*" out | sort -u >options
  while read -r option; do
    code=0
    "$archsim" "$command" "$option" --help >/dev/null 2>err </dev/null || code=$?
    ! grep -q 'unknown option' err || fail "$command does not know its own $option"
  done <options
done

expect 2 rnu good.lua
in_err "did you mean run?"
one_sentence
expect 2 good.lua
in_err 'archsim run good.lua'
expect 2 --jsno run good.lua
one_sentence
expect 2 run good.lua --jsno x
in_err 'did you mean --json?'
one_sentence
no_out
expect 2 run good.lua --colour=never
in_err 'did you mean --color?'
expect 2 run good.lua --color=alway
in_err 'did you mean always?'
expect 2 run good.lua -jx
in_err '--jobs'
expect 2 run good.lua -r 0
expect 2 run
in_err 'FILE'
expect 2 run good.lua bad.lua
in_err "'bad.lua'"
expect 2 run good.lua -s rate
in_err 'name=value'
expect 2 run good.lua -s raet=60/s
in_err 'rate'
one_sentence
expect 2 run missing.lua
in_err 'missing.lua'
one_sentence
expect 2 run good.lua --json - --csv -
one_sentence

# --- check and describe ---
expect 0 check good.lua
in_out 'good.lua'
no_err
expect 0 check good.lua -q
no_out
sed 's/workers/wrokers/' bad.lua >typo.lua
for command in run check; do
  expect 2 "$command" typo.lua
  in_err 'typo.lua:2'
  in_err 'workers'
  one_sentence
done
expect 0 describe
in_out service
expect 0 describe service
in_out workers
expect 2 describe servcie
in_err service
one_sentence
expect 0 describe --annotations
in_out '---@meta'

# --- run: verdicts ---
expect 0 run good.lua
no_err
in_out 'seed 1,'
in_out 'Does one server answer 50 requests a second?'
in_out '4 replications of 1 min'
in_out 'availability'
in_out 'physics: '
expect 0 run good.lua --seed 7 -s rate=60/s -r3
in_out 'seed 7, 3 replications'
in_out 'rate=60/s'
expect 1 run bad.lua
in_out 'times the limit'
expect 1 run bad.lua -q # the seed, the verdicts and nothing else
in_out 'c.latency'
in_out 'seed 1, '
! grep -qE 'physics|users' out || fail 'more than the verdicts'
no_err
expect 3 run open.lua
in_out 'goals 1 of 1 undecided'
in_out 'Undecided: the interval straddles the limit. Add replications (-r'
no_err
expect 0 run open.lua --undecided=pass -q
expect 1 run open.lua --undecided fail -q
expect 2 run open.lua --undecided=pas
in_err 'did you mean pass?'
expect 3 run open.lua --json -
in_out '"verdict": "undecided"'
in_out '"pass": false'
{ cat open.lua; echo 'goal "c.throughput > 1k/s"'; } >both.lua
expect 1 run both.lua
in_out 'goals 1 of 2 failed, 1 undecided'
expect 1 run both.lua --undecided=pass -q
# --- run: one replication ---
expect 0 run good.lua -r 1 --json one.json
in_out 'batch means of 20 parts'
grep -q '"interval": "batch_means"' one.json || fail 'where intervals come from is not said'
grep -A3 '"c.latency.mean": {' one.json | grep -q '"lo": 0.0' || fail 'no batch means'
expect 0 run good.lua -r 2 --json -
in_out '"interval": "replications"'

# --- run: precision ---
expect 0 run good.lua --precision 3% --json precise.json
in_out 'precision: 3.0 % wanted'
n=$(sed -n 's/^  "replications": \([0-9]*\),/\1/p' precise.json)
[ "$n" -ge 10 ] || fail "a precision took $n replications"
expect 0 run good.lua -r "$n" --json fixed.json
! grep -q precision out || fail 'a precision that nobody wanted'
sed -i '/"precision": {/,/}/d; /"wall_s"/d' precise.json
sed -i '/"wall_s"/d' fixed.json
same precise.json fixed.json
expect 0 run auto.lua --precision 0.1% --max-replications=12 --json -
in_out '"met": false'
expect 2 run good.lua --precision 0
in_err 'from 0.01% to 100%'
expect 2 run good.lua --precision 2ms
expect 2 run good.lua --max-replications 20
in_err 'without --precision'
expect 2 run good.lua --precision 2% -r 30 --max-replications 20
in_err 'below the number to start with, which is 30'
expect 1 run nothing.lua
in_out 'no data'
expect 0 run auto.lua
in_out 'warning: the warm-up ends at 1 s'

# A run that cannot go on is incomplete, and the first one tells, whichever thread was faster.
# An output must not overwrite what is read or another output.
cp good.lua kept.lua
cp good.lua results.json
for wrong in '--json ./good.lua' '--csv x.out --junit ./x.out'; do
  # shellcheck disable=SC2086
  expect 2 run good.lua $wrong
  one_sentence
  no_out
done
expect 2 run good.lua --json ''
in_err '--json: the name is empty; name a file'
expect 2 report results.json -o results.json
in_err '--out results.json would overwrite what is read; name another file'
cmp -s good.lua kept.lua || fail 'the scenario was overwritten'
cmp -s results.json kept.lua || fail 'the results were overwritten'
rm results.json
expect 0 run good.lua --json /dev/null --csv /dev/null -q

expect 2 describe --annotations client
in_err '--annotations is about all kinds and does not go with KIND client'

# The first request comes at 0, the next one after the end of any run.
cat >rare.lua <<'LUA'
client "c" { arrivals = constant "1e-30/s", target = "s" }
client "d" { arrivals = poisson "1e-30/s", target = "s" }
service "s" { work = "1ms" }
goal "c.requests == 1"
goal "d.requests == 0"
run { duration = "10s", warmup = "0s", replications = 2 }
LUA
expect 0 run rare.lua -q

# Of many clients and components those that matter have a row, and what is left out is said.
cat >many.lua <<'LUA'
for i = 1, 40 do
  client("c" .. i) { arrivals = constant "2/s", target = "s" .. i, timeout = "1s" }
  service("s" .. i) { workers = 1, on = i == 33 and { fail() } or { work "10ms" } }
end
run { duration = "10s", warmup = "0s", replications = 1 }
LUA
expect 0 run many.lua
in_out 'clients 40'
for things in clients components; do
  tr -s ' \n' ' ' <out | grep -qF -- "--json has all 40 $things." || fail "it does not say that $things are left out"
done
grep -A2 '^clients 40' out | grep -q '^  c33 ' || fail 'the client that fails does not come first'
[ "$(wc -l <out)" -lt 90 ] || fail 'forty clients fill several screens'

expect 0 run chain.lua --trace chain.json -q
no_err
for jobs in 1 4; do
  expect 3 run loop.lua "-j$jobs" --json loop.json
  in_err 'replication 1 was given up'
  one_sentence
  no_out
  [ ! -e loop.json ] || fail 'an incomplete run left results'
done

# --- run: files ---
expect 0 run good.lua --json -
[ "$(head -c 1 out)" = '{' ] || fail 'standard output is not JSON alone'
in_out '"schema": 1,'
in_out '"c.latency.p99": {'
in_out '"rate": "50/s"'
no_err
expect 0 run good.lua --csv -
[ "$(head -n 1 out)" = 'metric,value,lo,hi,n,unit' ] || fail 'the CSV has no head'
grep -qE '^c\.latency\.p99,[0-9.]+,[0-9.]+,[0-9.]+,4,s$' out || fail 'the CSV has no such row'
awk -F, 'NF != 6 { exit 1 }' out || fail 'a row of the CSV has not six fields'
expect 1 run nothing.lua --json -
in_out '"value": null'
expect 1 run nothing.lua --csv -
grep -q '^c.latency.p99,,,,0,s$' out || fail 'undefined is not empty in CSV'

rates=(1 2 4)
for jobs in "${rates[@]}"; do
  expect 0 run good.lua -r 9 "-j$jobs" --json "json.$jobs" --csv "csv.$jobs"
  in_out 'physics'
  grep -v '"wall_s"' "json.$jobs" >"bare.$jobs"
  grep -v ' events in ' out >"report.$jobs"
  [ "$(wc -l <"bare.$jobs")" -eq $(($(wc -l <"json.$jobs") - 1)) ] || fail 'no wall_s'
  same "bare.$jobs" bare.1
  same "csv.$jobs" csv.1
  same "report.$jobs" report.1
done
expect 0 run good.lua -r 9 --seed 2 --json other.json
! cmp -s <(grep -v wall_s other.json) bare.1 || fail 'another seed gives the same results'

expect 4 run good.lua --json /dev/full
in_err '/dev/full'
one_sentence
[ -c /dev/full ] || fail '/dev/full was replaced'
expect 4 run good.lua --json /nonexistent/x
in_err '/nonexistent/x'
one_sentence
expect 4 run good.lua -q --csv .
one_sentence
code=0
"$archsim" run good.lua >/dev/full 2>err || code=$?
[ "$code" -eq 4 ] || fail "a full disk under standard output gives $code, not 4"
one_sentence
code=0
"$archsim" run good.lua --json - >/dev/full 2>err || code=$?
[ "$code" -eq 4 ] || fail "a full disk under --json - gives $code, not 4"
one_sentence

code=0
"$archsim" run --help >/dev/full 2>err || code=$?
[ "$code" -eq 4 ] || fail "help into a full disk gives $code, not 4"
one_sentence

# A file is replaced as a whole, not written over: who has the old one open keeps it.
echo old >whole.json
ln whole.json before.json
expect 0 run good.lua -q --json whole.json
[ "$(cat before.json)" = old ] || fail 'a file was written over in place'
grep -q schema whole.json || fail 'a file was not replaced'
[ "$(find . -name 'whole*' | wc -l)" -eq 1 ] || fail 'a temporary file is left'

echo old >linked.json
ln -s linked.json link.json
chmod 600 linked.json
expect 0 run good.lua -q --json link.json
[ -L link.json ] || fail 'a symbolic link was replaced'
grep -q schema linked.json || fail "a symbolic link's target was not written"
[ "$(stat -c %a linked.json)" = 600 ] || fail 'the rights of a file were changed'

# --- terminal ---
expect 0 run good.lua
! grep -q $'\033' out || fail 'colour off a terminal'
expect 0 run good.lua --color=always
grep -q $'\033' out || fail 'no colour with --color=always'
if command -v script >/dev/null; then
  TERM=xterm script -qec "'$archsim' run good.lua" /dev/null >out 2>err </dev/null
  grep -q $'\033\\[1m' out || fail 'no colour on a terminal'
  NO_COLOR=1 TERM=xterm script -qec "'$archsim' run good.lua --progress=never" /dev/null \
    >out 2>err </dev/null
  ! grep -q $'\033' out || fail 'NO_COLOR is not obeyed'
fi
LC_ALL=C "$archsim" run good.lua >out 2>err
! LC_ALL=C grep -q '[^ -~]' out || fail 'more than ASCII in the C locale'

# --- signals ---
sed -i 's/60s/100000000s/' bad.lua
for signal in INT:130 TERM:143; do
  TERM=xterm "$archsim" run bad.lua --json killed.json >out 2>err &
  pid=$!
  sleep 1 # long enough for a progress bar, which must not appear off a terminal
  kill -s "${signal%:*}" "$pid"
  code=0
  wait "$pid" || code=$?
  [ "$code" -eq "${signal#*:}" ] || fail "SIG${signal%:*} gives $code"
  no_err
  [ -z "$(find . -name 'killed*')" ] || fail "SIG${signal%:*} leaves $(echo killed*)"
done

[ "$failures" -eq 0 ] || exit 1
echo 'all passed'
