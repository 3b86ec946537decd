#!/usr/bin/env bash
# Aim: a sweep runs every point once, whatever happens to it on the way: threads, shards, a kill -9 at
# any moment, a full disk. Its files are the same bytes as those of an undisturbed run, and what it
# cannot do it refuses with one sentence and the right exit code.
#
#   tests/cli/test_sweep.sh [ARCHSIM]      else $ARCHSIM; SEED of the moments of the kills
set -euo pipefail
archsim=${1:-${ARCHSIM:?path of the archsim binary}}
archsim=$(realpath -- "$archsim")
seed=${SEED:-1}

. "$(dirname -- "$0")/expect.sh"
unset ARCHSIM_SHARD CI_NODE_INDEX CI_NODE_TOTAL SLURM_ARRAY_TASK_ID JOB_COMPLETION_INDEX
same() { diff -r -- "$1" "$2" >/dev/null || fail "$1 and $2 differ"; }
# refused TEXT ARGUMENT...: exit code 2 and one sentence with the text.
refused() {
  local text=$1
  shift
  expect 2 sweep "$@"
  in_err "$text"
  one_sentence
}
# points DIR: how many it holds.
points() { find "$1/points" -name '[0-9]*.json' | wc -l; }

cat >two.lua <<'LUA'
-- How many servers does which rate take?
local rate = param { "rate", "50/s", doc = "offered load" }
local servers = param { "servers", 1 }
local fast = param { "fast", true }
local slow = param { "slow", 1.5 }
client "c" { arrivals = poisson(rate), target = "s", timeout = "1s" }
service "s" { workers = servers, work = exponential(fast and "10ms" or "20ms") }
goal "s.utilization < 70%"
goal "c.availability >= 0%"
run { duration = "4s", warmup = "1s", replications = 2 }
LUA
sed 's/^goal "s.*//' two.lua >met.lua
{
  cat two.lua
  cat <<'LUA'
sweep { servers = "1..4", fast = { true, false }, rate = "50..200:50/s",
        where = function(p) return p.fast and p.servers * 100 > p.rate and p.slow == 1.5 end }
LUA
} >block.lua

# --- a sweep of a fault begins where it does nothing ---
cat >none.lua <<'LUA'
local share = param { "share", "1%" }
local later = param { "later", "1ms" }
client "c" { arrivals = poisson "200/s", target = "s" }
service "s" { work = "1ms" }
fault { error { "s", ratio = share }, at = "1s" }
fault { drop { "c", "s", ratio = share }, at = "1s" }
fault { delay { "s", by = later }, at = "1s" }
run { duration = "9s", warmup = "1s", replications = 2 }
LUA
expect 0 sweep none.lua -s share=0%,20% -s later=0ms --out none
in_out '100 %'
expect 0 check none.lua -s share=0% -s later=0ms
in_out 'a ratio of 0 meets no call'
in_out 'a delay of 0 changes nothing'

# --- who still waits when the run ends is told, at the terminal and in the report ---
cat >hung.lua <<'LUA'
local hangs = param { "hangs", "3s", doc = "from then on" }
client "c" { arrivals = poisson "200/s", target = "lb" }
load_balancer "lb" { backends = "s" }
service "s" { instances = 2, work = "5ms" }
fault { hang "s[2]", at = hangs }
run { duration = "9s", warmup = "1s", replications = 2 }
LUA
expect 0 sweep hung.lua -s hangs=3s,20s --out hung --report hung.html
in_out '100 %*'
in_out '* without requests that had not ended when the run did'
[ "$(grep -c '100 %\*' out)" -eq 1 ] || fail 'a run without a hang has a star'
sed 's/\xc2\xa0/ /g' hung.html | grep -E '<small>without the [0-9.]+ % that had not ended</small>' >found ||
  fail 'the report of a sweep says nothing of those who still wait'

# --- axes from the command line ---
# values PATTERN AXIS...: what the first axis of the manifest is.
values() {
  local wanted=$1 got
  shift
  rm -rf axes
  expect "${code:-1}" sweep two.lua --out axes -r 1 -q "$@"
  got=$(awk '/"values"/ { on = 1; next } /\]/ { on = 0 } on { gsub(/[ ",]/, ""); printf "%s ", $0 }' axes/sweep.json)
  [ "$got" = "$wanted " ] || fail "$*: the values are '$got', not '$wanted'"
}
code=1
values '100/s 200/s 400/s' -s rate=100/s,200/s,400/s
values '100/s 300/s 500/s' -s rate=100..600:200/s
values '100/s 300/s 500/s' -s rate=100/s..600/s:200/s
code=0
values '0.1/s 0.2/s 0.3/s' -s rate=0.1..0.3:0.1/s
values '1/s 10/s 50/s' -s rate=1/s,10..50:40/s
values '1/s 2/s 4/s 8/s 7/s' -s rate=1..8/s:x2,7/s
values '1/s 5.5/s 10/s' -s rate=1..10/s:lin:3
values '1/s 3.16228/s 10/s' -s rate=1..10/s:log:3
values '1 2 3 4' -s servers=1..4
values '1 3 10' -s servers=1..10:log:3
values '1.5 2.5' -s slow=1.5..2.5:1
code=1
values 'true false' -s fast=true,false -s rate=100/s
refused 'has no unit' two.lua -s rate=1..8:x2/s
refused 'is empty' two.lua -s rate=200..100:50/s
refused 'has no step' two.lua -s rate=100..200/s
refused 'larger than 0' two.lua -s rate=100..200:-5/s
refused 'is not a range' two.lua -s rate=100..200:/s
refused 'is not a range' two.lua -s rate=100..
refused "units '/min' and '/s'" two.lua -s rate=100/min..200:50/s
refused 'begins above 0' two.lua -s rate=0..10/s:log:3
refused 'whole number from 2' two.lua -s rate=1..10/s:lin:1
refused 'factor is above 1' two.lua -s rate=1..10/s:x1
refused 'a value is empty' two.lua -s rate=1/s,
refused 'stands twice' two.lua -s rate=1/s,2/s,1/s
refused 'at most 100000 values' two.lua -s rate=1..1000000:1/s
refused 'more than 100000 points' two.lua -s rate=1..1000:1/s -s slow=1..1000:1
refused "did you mean 'rate'?" two.lua -s raet=1..3
refused 'no such parameter' two.lua -s duration=1s,2s
refused 'given twice' two.lua -s rate=1/s,2/s -s rate=3/s
refused 'nothing to sweep' two.lua
refused 'nothing to sweep' two.lua -s rate=70/s
# A mistake at any point is found before the first one is run.
refused 'point 3 (servers=0)' two.lua -s servers=2,1,0 --out never
refused 'true or false' two.lua -s fast=true,maybe --out never
[ ! -e never ] || fail 'a sweep with a mistake was begun'

# --- axes from the scenario ---
expect 1 sweep block.lua --out block
no_err
in_out 'How many servers does which rate take?'
in_out '12 points, 20 combinations left out by where, seed 1'
in_out 's.utilization < 70%'
! grep -qE '.{81}' out || fail 'the table is wider than 80 columns'
# A goal says nothing where the interval spans the limit: it is told apart from a failure.
in_out ' undecided'
grep -qE '^ +[0-9]+ .* \? [0-9.]+ %' out || fail 'an undecided goal has no question mark'
expect 1 sweep block.lua --out block2 -s rate=60/s,90/s --seed 7
in_out 'rate=60/s and 90/s'
in_out 'seed 7'
expect 0 sweep block.lua --out block3 -s rate=60/s # one value: no axis any more
in_out '4 points'
expect 0 check block.lua
in_out 'a sweep of 12 points'
expect 0 run block.lua -q -s servers=4 # the block is for sweeps alone
for command in run check; do
  expect 2 "$command" two.lua -s rate=100..200:50/s
  in_err 'archsim sweep two.lua -s rate=100..200:50/s'
  one_sentence
done
expect 2 run two.lua -s rate=100/s,200/s
in_err 'archsim sweep'

# bad_block TEXT SED-SCRIPT: a sweep block with a mistake.
bad_block() {
  sed "$2" block.lua >bad.lua
  refused "$1" bad.lua --out never
}
bad_block "did you mean 'servers'?" 's/servers = "1..4"/sevrers = "1..4"/'
bad_block 'bad.lua:11' 's/servers = "1..4"/sevrers = "1..4"/'
bad_block 'is not a parameter' 's/servers = "1..4"/c = "1..4"/'
bad_block 'is empty' 's/"1..4"/"4..1"/'
bad_block 'is empty' 's/"1..4"/{}/'
bad_block 'got a table' 's/"1..4"/{ 1, {} }/'
bad_block 'leaves none' 's/return p.fast/return false/'
bad_block "there is no parameter 'raet'" 's/p.rate/p.raet/'
bad_block 'returns true or false' 's/return p.fast and .* end/return 1 end/'
bad_block 'loop without end' 's/return p.fast and .* end/while true do end end/'
bad_block 'a function such as' 's/where = .*/where = "rate > 100" }/'
# shellcheck disable=SC2016
bad_block 'there is one at bad.lua:11' '$a sweep { rate = "1..2:1/s" }'

# --- what comes out ---
sweep=(two.lua -s rate=50..200:50/s -s servers=1..3 -q)
expect 1 sweep "${sweep[@]}" -j1 --out one --json one.json --csv one.csv
no_err
[ ! -s out ] || fail 'a quiet sweep prints'
[ "$(points one)" -eq 12 ] || fail 'there are not 12 points'
! grep -rq wall_s one || fail 'wall time is in the files'
expect 1 sweep "${sweep[@]}" -j2 --out threads --json threads.json --csv threads.csv
same one threads
same one.json threads.json
same one.csv threads.csv
[ "$(head -n 1 one.csv)" = 'point,rate,servers,metric,value,lo,hi,n,unit' ] || fail 'the CSV has no head'
[ "$(cut -d, -f 1-4 one.csv | grep -c 'c.throughput$')" -eq 12 ] || fail 'the CSV has not all points'
grep -qE '^5,100/s,2,c\.throughput,[0-9.]+,[0-9.]+,[0-9.]+,2,1/s$' one.csv || fail 'the CSV has no such row'
# A point is what `run` says about it.
expect 0 run two.lua -s rate=100/s -s servers=2 --json run.json -q --undecided=pass
for word in fingerprint events; do
  diff <(grep "^  \"$word\"" run.json) <(grep "^  \"$word\"" one/points/000005.json) || fail "another $word"
done
expect 0 sweep met.lua -s rate=50/s,60/s --out met
in_out 'met at 2 of 2'
expect 1 sweep "${sweep[@]}" --json - --out one
[ "$(head -c 1 out)" = '{' ] || fail 'standard output is not JSON alone'
expect 0 sweep met.lua -s slow=1..60:1 --out many -r 1
in_out '20 more points: --csv FILE has all'
expect 2 sweep "${sweep[@]}" --json - --csv - --out one
one_sentence
LC_ALL=C "$archsim" sweep met.lua -s rate=50/s,60/s --out met >out 2>err
! LC_ALL=C grep -q '[^ -~]' out || fail 'more than ASCII in the C locale'
if command -v script >/dev/null; then
  # shellcheck disable=SC2016
  TERM=xterm script -qec "'$archsim' sweep two.lua -s rate=50..250:4/s -s servers=1..4 --out bar" /dev/null \
    >out 2>err </dev/null || true
  grep -qE '[0-9]+ of 204 points, [0-9.]+/s' out || fail 'no rate in the progress bar'
fi

# --- what is there already ---
expect 1 sweep two.lua -s rate=50..200:50/s -s servers=1..3 --out one
in_out '12 found complete'
before=$(stat -c %i one/points/000001.json)
rm one/points/000003.json
expect 1 sweep "${sweep[@]}" --out one --resume
same one threads
[ "$(stat -c %i one/points/000001.json)" = "$before" ] || fail 'a whole point was made again'
for damage in 'truncate -s 1000' 'truncate -s 0' 'sed -i s/seed/sead/' 'dd status=none conv=notrunc if=/dev/zero bs=100 count=1 seek=3 of='; do
  # shellcheck disable=SC2086
  case $damage in *=) ${damage}one/points/000004.json ;; *) $damage one/points/000004.json ;; esac
  expect 1 sweep "${sweep[@]}" --out one
  same one threads
done
refused 'nothing to resume' "${sweep[@]}" --out new --resume
[ ! -e new ] || fail '--resume began a sweep'
refused 'another sweep, over other values' two.lua -s rate=1/s,2/s --out one
refused 'another sweep, with another seed' "${sweep[@]}" --out one --seed 2
refused 'another sweep, with another number' "${sweep[@]}" --out one -r 7
refused 'another sweep, with other values of fixed parameters' "${sweep[@]}" --out one -s slow=3
cp two.lua two.before
echo '-- a remark' >>two.lua
refused 'another sweep, of other scenario files' "${sweep[@]}" --out one
cp two.before two.lua
same one threads

# Two sweeps that begin in one new folder at the same time: it is the folder of one of them.
for round in 1 2 3 4 5 6; do
  "$archsim" sweep two.lua -s rate=50/s,60/s -r 1 -q --out race >/dev/null 2>first.err & first=$!
  "$archsim" sweep two.lua -s rate=70/s,80/s -r 1 -q --out race >/dev/null 2>second.err & second=$!
  one=0 other=0
  wait "$first" || one=$?
  wait "$second" || other=$?
  [ $(((one == 2) + (other == 2))) -eq 1 ] || fail "round $round: two sweeps in one new folder end with $one and $other"
  rm -r race
done

# Half a folder: points without a manifest; a folder of something else.
cp -r one half
rm half/sweep.json
refused 'has no sweep.json' "${sweep[@]}" --out half
[ "$(points half)" -eq 12 ] || fail 'points were lost'
mkdir other
echo x >other/x
refused 'is not empty (x)' "${sweep[@]}" --out other
# Results of another version, in the manifest and in a point.
cp -r one version
sed -i 's/"version": "[0-9.]*"/"version": "0.0.1"/' version/sweep.json
refused 'another version of archsim' "${sweep[@]}" --out version
sed -i 's/"schema": 1/"schema": 99/' version/sweep.json
refused 'archsim 0.0.1 with results of schema 99' "${sweep[@]}" --out version
echo '{' >version/sweep.json
refused 'is damaged' "${sweep[@]}" --out version
cp one/sweep.json version/sweep.json
sed -i 's/"schema": 1/"schema": 99/' version/points/000002.json
refused 'points/000002.json was written by archsim' "${sweep[@]}" --out version
cp one/points/000003.json version/points/000002.json
refused 'points/000002.json belongs to another sweep' "${sweep[@]}" --out version

# --- shards ---
for i in 1 2 3; do
  "$archsim" sweep "${sweep[@]}" --shard "$i/3" --out shared || [ $? -eq 1 ] || fail "shard $i"
  [ "$(points shared)" -eq $((4 * i)) ] || fail "shard $i has not its third"
done
rm -r shared/shards
same one shared
expect 0 sweep "${sweep[@]}" --shard 20/20 --out empty # a part without points is no mistake
[ "$(points empty)" -eq 0 ] || fail 'a part beyond the points has points'
for bad in 0/3 4/3 1/0 3 a/b 1/3/4 -1/3 '' 1/ auto/0 auto/x autoo; do
  refused '--shard' "${sweep[@]}" --out shared "--shard=$bad"
done
# shard_is I/N ARGUMENT: what the environment makes of --shard.
shard_is() {
  rm -rf env
  "$archsim" sweep "${sweep[@]}" --out env --shard "$2" 2>err || [ $? -eq 1 ] || fail "--shard $2"
  [ -e "env/shards/${1/\//-of-}" ] || fail "--shard $2 is not $1"
}
refused 'none of ARCHSIM_SHARD' "${sweep[@]}" --shard auto --out env
refused 'none of ARCHSIM_SHARD' "${sweep[@]}" --shard auto/4 --out env
export ARCHSIM_SHARD=2/4
shard_is 2/4 auto
shard_is 2/4 auto/4
shard_is 1/2 1/2 # said on the command line
refused 'contradicts ARCHSIM_SHARD=2/4' "${sweep[@]}" --shard auto/5 --out env
export SLURM_ARRAY_TASK_ID=2
shard_is 2/4 auto
export SLURM_ARRAY_TASK_ID=3
refused 'ARCHSIM_SHARD=2/4 and SLURM_ARRAY_TASK_ID=3 contradict' "${sweep[@]}" --shard auto --out env
unset ARCHSIM_SHARD
shard_is 3/4 auto/4
refused 'write auto/N' "${sweep[@]}" --shard auto --out env
refused 'part 3 of 2' "${sweep[@]}" --shard auto/2 --out env
unset SLURM_ARRAY_TASK_ID
export JOB_COMPLETION_INDEX=0
shard_is 1/4 auto/4
unset JOB_COMPLETION_INDEX
export CI_NODE_INDEX=2
refused 'CI_NODE_TOTAL is not' "${sweep[@]}" --shard auto --out env
export CI_NODE_TOTAL=3
shard_is 2/3 auto
export CI_NODE_INDEX=x
refused 'CI_NODE_INDEX' "${sweep[@]}" --shard auto --out env
export CI_NODE_INDEX=4
refused 'part 4 of 3' "${sweep[@]}" --shard auto --out env
unset CI_NODE_INDEX CI_NODE_TOTAL

# --- given up ---
cat >loop.lua <<'LUA'
local users = param { "users", 1 }
client "c" { arrivals = closed { users = users, think = "0s" }, target = "s" }
service "s" { work = users < 3 and "10ms" or "0ms" }
run { duration = "10s", warmup = "1s", replications = 2 }
LUA
for jobs in 1 2; do
  rm -rf loop
  expect 3 sweep loop.lua -s users=1..4 "-j$jobs" --out loop --csv loop.csv
  in_err '2 of 4 points had to be given up, all others are done; point 3: replication 1 was given up'
  one_sentence
  in_out '2 given up'
  [ "$(points loop)" -eq 2 ] || fail 'the other points are not there'
  [ ! -e loop.csv ] || fail 'an incomplete sweep left a table'
done

# --- full disks ---
# limited KIB DIR: with files that cannot grow beyond that; the exit code goes to code.
limited() {
  code=0
  (ulimit -f "$1" && exec "$archsim" sweep "${sweep[@]}" --out "$2") </dev/null 2>&1 | cat >err ||
    code=${PIPESTATUS[0]}
}
for limit in 0 1 4; do
  rm -rf full
  limited "$limit" full
  [ "$code" -eq 4 ] || fail "a file that cannot grow gives $code, not 4"
  one_sentence
  in_err 'cannot write full/'
  [ -z "$(find full -name '.*json*')" ] || fail 'a temporary file is left'
  expect 1 sweep "${sweep[@]}" --out full
  same one full
done
# What is there already is kept.
rm full/points/000002.json
limited 1 full
[ "$code" -eq 4 ] || fail "a full disk gives $code, not 4"
[ "$(points full)" -eq 11 ] || fail 'a full disk cost whole points'
if mkdir disk && mount -t tmpfs -o size=64k tmpfs disk 2>/dev/null; then
  expect 4 sweep "${sweep[@]}" --out disk/sweep
  in_err 'No space left on device'
  one_sentence
  kept=$(points disk/sweep)
  { [ "$kept" -gt 0 ] && [ "$kept" -lt 12 ]; } || fail "a full disk holds $kept points"
  for point in disk/sweep/points/*; do same "$point" "one/points/${point##*/}"; done
  mount -o remount,size=1m disk
  expect 1 sweep "${sweep[@]}" --out disk/sweep
  same one disk/sweep
  umount disk
fi
expect 4 sweep "${sweep[@]}" --out one --json /dev/full
one_sentence
expect 4 sweep "${sweep[@]}" --out one --csv /nonexistent/x
one_sentence
expect 4 sweep "${sweep[@]}" --out /dev/null/x
one_sentence
touch plain
expect 4 sweep "${sweep[@]}" --out plain
one_sentence

# --- two kinds of replications ---
# A hang of random length leaves a storm of retries behind, or not: no run is like the mean.
cat >kinds.lua <<'LUA'
local attempts = param { "attempts", 1 }
client "c" { arrivals = poisson "40/s", target = "s", timeout = "1s", retry = { attempts = attempts } }
service "s" { workers = 1, work = exponential "20ms" }
fault { hang "s", at = "12s", lasts = exponential "2s" }
run { duration = "60s", warmup = "10s", replications = 24 }
LUA
expect 0 sweep kinds.lua -s attempts=1,3 --report kinds.html --json kinds.json
in_out 'point 2 has two kinds of replications, and none is like its mean'
grep -q 'Two kinds of replications, and none like the mean, at attempts=3: c.availability is about' kinds.html ||
  fail 'the report of a sweep does not name two kinds of replications'
! grep -q 'All goals met' kinds.html || fail 'goals are counted where there are none'

# --- kill -9 ---
# At twenty random moments of about the time that an undisturbed sweep takes. What is there is whole
# at once, and in the end nothing is missing.
kills=(two.lua -s rate=50..120:4/s -s 'fast=true,false' -q -j2)
begin=${EPOCHREALTIME/./}
expect 1 sweep "${kills[@]}" --out calm
took=$((${EPOCHREALTIME/./} - begin))
total=$(points calm)
mapfile -t delays < <(awk -v seed="$seed" -v took="$took" 'BEGIN { srand(seed); for (i = 0; i < 400; i++) print rand() * took / 1e6 }')
hits=0
inside=0
for delay in "${delays[@]}"; do
  [ "$hits" -lt 20 ] || break
  "$archsim" sweep "${kills[@]}" --out killed >out 2>err </dev/null &
  pid=$!
  sleep "$delay"
  kill -KILL "$pid" 2>/dev/null || true
  code=0
  wait "$pid" 2>/dev/null || code=$?
  [ -d killed/points ] || { hits=$((hits + 1)); continue; }
  broken=$(LC_ALL=C diff -rq killed/points calm/points | grep '^Files.*\.json and ' || true)
  [ -z "$broken" ] || fail "not whole after kill -9: $broken"
  have=$(points killed)
  if [ "$code" -eq 137 ]; then
    hits=$((hits + 1))
    { [ "$have" -gt 0 ] && [ "$have" -lt "$total" ]; } && inside=$((inside + 1))
  fi
  if [ "$have" -gt $((total * 3 / 4)) ]; then rm killed/points/000[0-9]*[02468].json; fi
done
[ "$hits" -eq 20 ] || fail "seed $seed: only $hits of 20 kills hit"
[ "$inside" -gt 0 ] || fail "seed $seed: no kill hit a sweep between its first and last point"
expect 1 sweep "${kills[@]}" --out killed
same calm killed

# --- interrupted: no temporary file stays ---
for i in 1 2 3 4 5 6 7 8; do
  rm -rf stopped
  "$archsim" sweep "${kills[@]}" --out stopped >/dev/null 2>&1 &
  pid=$!
  for ((tries = 0; tries < 200; tries++)); do
    [ "$(find stopped -name '[0-9]*.json' 2>/dev/null | wc -l)" -gt "$i" ] && break
    sleep 0.01
  done
  kill -TERM "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  [ -z "$(find stopped/points -name '*.json.*')" ] || fail 'an interrupted sweep leaves a temporary file'
done

[ "$failures" -eq 0 ] || exit 1
echo 'all passed'
