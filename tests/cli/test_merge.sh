#!/usr/bin/env bash
# Aim: merge gives the same bytes for any number and order of parts, holds what the parts hold, names
# what is missing and who should have made it, and refuses what contradicts itself.
#
#   tests/cli/test_merge.sh [ARCHSIM]      else $ARCHSIM
set -euo pipefail
archsim=${1:-${ARCHSIM:?path of the archsim binary}}
archsim=$(realpath -- "$archsim")
. "$(dirname -- "$0")/expect.sh"
same() { cmp -s -- "$1" "$2" || fail "$1 and $2 differ"; }
nothing_written() {
  [ -z "$(find . -maxdepth 1 -name 'bad*')" ] || fail "left $(echo bad*)"
}

cat >shop.lua <<'LUA'
-- How many servers does which rate take?
local rate = param { "rate", "50/s" }
local lo = param { "lo", 1, doc = "named as a column of the CSV" }
local kind = param { "kind", "fifo" }
client "c" { arrivals = poisson(rate), target = "s", timeout = "1s" }
service "s" { workers = lo, work = exponential "10ms", discipline = kind }
goal "s.utilization < 70%"
run { duration = "4s", warmup = "1s", replications = 2 }
LUA
sweep=(shop.lua -s "rate=50..200:30/s" -s lo=1..3 -s "kind=fifo,lifo" -q)
points=36

expect 1 sweep "${sweep[@]}" --csv whole.csv
for n in 2 3 7; do
  parts=()
  for i in $(seq "$n" -1 1); do
    "$archsim" sweep "${sweep[@]}" --shard "$i/$n" --out "$n.$i" || [ $? -eq 1 ] || fail "part $i of $n"
    parts+=("$n.$i")
  done
  expect 0 merge "${parts[@]}" -o "$n.sqlite"
  in_out "$points points, complete: $n.sqlite, $n.csv"
done
expect 0 merge shop.sweep
in_out 'shop.sqlite, shop.csv'
MALLOC_PERTURB_=165 "$archsim" merge 3.2 3.3 shop.sweep 3.1 -o perturbed.sqlite -q
for name in 2 3 7 perturbed; do
  same shop.sqlite "$name.sqlite"
  same shop.csv "$name.csv"
done
same shop.csv whole.csv
mkdir place
expect 0 merge shop.sweep -o place -q
same place/shop.sqlite shop.sqlite
expect 0 merge shop.sweep -o named -q
same named shop.sqlite
same named.csv shop.csv

# --- what is in it ---
sql() { sqlite3 -batch -init /dev/null shop.sqlite "$1"; }
# is WANTED QUERY
is() {
  local got
  got=$(sql "$2")
  [ "$got" = "$1" ] || fail "$2: '$got', not '$1'"
}
is ok 'PRAGMA integrity_check'
is $points 'SELECT count(*) FROM point'
is shop "SELECT value FROM sweep WHERE name = 'scenario'"
is 'rate lo kind' "SELECT group_concat(name, ' ') FROM (SELECT name FROM axis ORDER BY position)"
is '50.0 80.0 110.0' "SELECT group_concat(number, ' ') FROM (SELECT number FROM axis_value WHERE axis = 1 LIMIT 3)"
is 1 "SELECT max(n) = 2 FROM estimate"
is $points 'SELECT count(*) FROM goal'
is 1 "SELECT count(*) > 0 FROM physics WHERE pass"
is 0 "SELECT count(*) FROM physics WHERE NOT pass"
is 1 "SELECT count(*) > 0 AND min(verdict IN ('pass', 'fail', 'undecided')) FROM goal"
is 0 "SELECT count(*) FROM goal WHERE pass <> (verdict = 'pass')"
is 1 "SELECT goals_met = pass FROM point JOIN goal USING (point) WHERE point = 36"
is "$(($(wc -l <shop.csv) - 1))" 'SELECT count(*) FROM result'
is '50.0|1.0|fifo' "SELECT rate, lo_, kind FROM result WHERE point = 1 LIMIT 1"
[ "$(head -n 1 shop.csv)" = point,rate,lo_,kind,metric,value,lo,hi,n,unit ] || fail 'the head of the CSV'
wanted=$(awk -F, '$1 == 17 && $5 == "c.latency.p99" { print $6 }' shop.csv)
is "$wanted" "SELECT value FROM result WHERE point = 17 AND metric = 'c.latency.p99'"

# --- incomplete ---
rm 7.3/points/000003.json
rm -r 7.5
cp -r 7.2 gone
expect 3 merge 7.1 7.2 7.3 7.4 7.6 7.7 -o bad.sqlite
in_err '6 of 36 points are missing: 3, 5, 12, 19, 26, 33; run shards 3, 5 of 7 again'
one_sentence
nothing_written
expect 3 merge 7.1 -o bad.sqlite
in_err '30 of 36 points are missing'
in_err 'shards 2, 3, 4, 5, 6, 7 of 7'
one_sentence
truncate -s 500 gone/points/000009.json # not whole is missing
expect 3 merge 7.1 gone 7.3 7.4 7.6 7.7 -o bad.sqlite
in_err ' 9,'
expect 0 merge 7.1 gone 7.3 7.4 7.6 7.7 2.1 2.2 -q -o mended.sqlite
same mended.sqlite shop.sqlite

# A number of shards that no sweep has is not believed.
touch 7.1/shards/3-of-4000000000
expect 3 merge 7.1 -o bad.sqlite
in_err 'shards 2, 3, 4, 5, 6, 7 of 7'
rm 7.1/shards/3-of-4000000000

# A point that reads well but has other bytes is missing.
cp -r shop.sweep changed
sed -i 's/"events": [0-9]*/"events": 5/' changed/points/000001.json
expect 3 merge changed -o bad.sqlite
in_err '1 of 36 points is missing: 1'
one_sentence
nothing_written

# --- contradictions ---
# seal FILE: its checksum is right again.
seal() {
  head -n -2 "$1" | head -c -2 >body # without the comma and the line's end
  sed -i "s/^  \"checksum\": .*/  \"checksum\": \"$(sha256sum <body | cut -d ' ' -f 1)\"/" "$1"
}
sed -i 's/"events": [0-9]*/"events": 5/' 2.1/points/000001.json
seal 2.1/points/000001.json
expect 2 merge 2.1 2.2 shop.sweep -o bad.sqlite
in_err '2.1/points/000001.json and shop.sweep/points/000001.json contradict each other'
in_err 'delete one and run its part again'
one_sentence
nothing_written
expect 1 sweep "${sweep[@]}" --seed 2 --out seed
expect 2 merge shop.sweep seed -o bad.sqlite
in_err 'shop.sweep and seed hold different sweeps: the second is one with another seed; name the parts'
one_sentence
cp -r shop.sweep other
sed -i 's/^  "key": "...../  "key": "00000/' other/points/000004.json
seal other/points/000004.json
expect 2 merge other -o bad.sqlite
in_err 'not those of the sweep'
cp shop.sweep/points/000005.json other/points/000004.json
expect 2 merge other -o bad.sqlite
in_err 'other/points/000004.json belongs to another sweep'
cp -r shop.sweep half
rm half/sweep.json
expect 2 merge half -o bad.sqlite
in_err 'it has no sweep.json'
expect 2 merge shop.sweep nowhere -o bad.sqlite
in_err 'nowhere is not a folder'
expect 2 merge -o bad.sqlite
in_err 'DIR'
sed 's/"schema": 1/"schema": 2/' shop.sweep/sweep.json >half/sweep.json
expect 2 merge half -o bad.sqlite
in_err 'schema 2'
expect 2 merge shop.sweep -o -
one_sentence
nothing_written

# --- full disks ---
for limit in 1 40 80; do # KiB a file
  code=0
  (ulimit -f "$limit" && exec "$archsim" merge shop.sweep -o bad.sqlite) </dev/null 2>&1 | cat >err ||
    code=${PIPESTATUS[0]}
  [ "$code" -eq 4 ] || fail "a file that cannot grow beyond $limit KiB gives $code, not 4"
  one_sentence
  nothing_written
done
for place in /dev/full /nonexistent/x.sqlite; do
  expect 4 merge shop.sweep -o "$place"
  in_err "$place"
  one_sentence
done
expect 4 merge shop.sweep -o /dev/null
one_sentence

[ "$failures" -eq 0 ] || exit 1
echo 'all passed'
