#!/usr/bin/env bash
# Aim: archsim capacity as a user meets it: an answer with an interval, the same bytes on any number
# of threads, degraded situations on request, sentences about mistakes. What it answers is tested
# against theory in tests/unit/test_run_capacity_mmc.c.
#
#   tests/cli/test_capacity.sh [ARCHSIM]      else $ARCHSIM
set -euo pipefail
archsim=$(realpath -- "${1:-${ARCHSIM:?path of the archsim binary}}")
. "$(dirname -- "$0")/expect.sh"

cat >shop.lua <<'LUA'
local rate = param { "rate", "50/s", doc = "offered load" }
client "c" { arrivals = poisson(rate), target = "lb", timeout = "1s" }
load_balancer "lb" { backends = "s", health_check = { interval = "1s" } }
service "s" { instances = 2, workers = 1, work = exponential "10ms", zone = { "a", "b" } }
goal "c.latency.p99 < 100ms"
run { duration = "15s", warmup = "3s", replications = 4 }
LUA
sed '/^goal/d' shop.lua >aimless.lua
sed 's/local rate = .*/local rate = "50\/s"/' shop.lua >fixed.lua
cat >users.lua <<'LUA'
local users = param { "users", 10 }
client "c" { arrivals = closed { users = users, think = exponential "100ms" }, target = "s" }
service "s" { workers = 1, work = exponential "10ms" }
goal "c.latency.p95 < 100ms"
run { duration = "15s", warmup = "3s", replications = 4 }
LUA

expect 0 capacity shop.lua --over rate=20..180/s
no_err
in_out 'the highest rate at which'
in_out 'c.latency.p99 < 100ms'
in_out 'all up'
in_out '% busy'
grep -qE '^  all up +[0-9.]+/s +[0-9.]+/s \.\. [0-9.]+/s +s, ' out || fail 'no such row'
expect 0 capacity shop.lua --json -
holds '60 < at("capacity lo") <= at("capacity value") <= at("capacity hi") < 180'
holds 'at("limited_by") == "s" and at("status") == "found"'
mv out first
expect 0 capacity shop.lua --json - -j1
cmp -s out first || fail 'other bytes on one thread'
# The unit of the parameter does not matter: per second in the JSON.
expect 0 capacity shop.lua --json - --over rate=0.02..0.18k/s
holds '60 < at("capacity value") < 180'

# What has places in a batch instead of workers: four at a time, each for a second.
cat >model.lua <<'L'
local rate = param { "rate", "1/s" }
client "c" { arrivals = poisson(rate), target = "m", timeout = "30s" }
inference "m" { batch = 4, memory = 100000, prompt = 100, output = 100, step = "10ms", per_token = "10us",
  per_sequence = "10us" }
goal "c.latency.p99 < 10s"
run { duration = "100s", warmup = "10s", replications = 3 }
L
expect 0 capacity model.lua --over rate=1..8/s
in_out 'm, 100 % busy'

expect 0 capacity shop.lua --n-1 --zones --json all.json --report all.html -r 3
expect 0 report all.json -o again.html
cmp -s all.html again.html || fail 'the report of the JSON is another one'
grep -q 'One of s down: goals are met up to rate' all.html || fail 'the report does not answer'
# A reader who only reads the heading must not take what is borne with everything up for what is borne.
grep -qE 'All goals are met up to rate [0-9.]*/s; with [a-z ]* down goals are met up to rate' all.html ||
  fail 'the heading leaves out what is down'
grep -q 'archsim capacity shop.lua --n-1 --zones --seed 1 -r 3<' all.html || fail 'the command is another one'
expect 0 plot all.json --out all.plots
for name in 'all up' 'one of s down' 'zone b down'; do
  grep -q "$name: goals met up to [0-9.]*/s<" all.plots/load.svg || fail "no curve of $name"
done
cp all.json out
python3 -c 'import json
for s in json.load(open("out"))["situations"]:
  for p in s["probes"]: assert p["metrics"]["c.goodput"]["value"] > 0' || fail 'a load lacks its metrics'
holds 'at("situations 1 situation") == "one of s down"'
holds 'at("situations 3 situation") == "zone b down"'
holds 'at("situations 1 capacity value") < 0.8 * at("capacity value")'

# Of a failure in ten thousand a few requests may see none, which is no proof that there is none.
sed -e 's/15s/30s/; s/target = "lb"/target = "s"/' -e '/^load_balancer/d' -e '/^goal/d' shop.lua >rare.lua
echo 'fault { error { "s", ratio = "0.01%" }, at = "0s" }' >>rare.lua
expect 0 capacity rare.lua --goal 'c.availability >= 99.995%' --over rate=1..2/s --report rare.html
in_out 'perhaps at least 2/s'
in_out 'all up: whether the goals are met at 2/s is undecided'
grep -q 'verdict undecided.*goals are perhaps met at every load that was tried, up to rate 2.00' rare.html ||
  fail 'the report is sure of it'
expect 0 capacity rare.lua --goal 'c.availability >= 99.995%' --over rate=1..2/s --json -
holds 'at("capacity lo") is None and at("capacity hi") is None and at("capacity end") == 2'
expect 0 capacity rare.lua --goal 'c.availability >= 99.999%' --over rate=1..120/s --json -
holds 'at("capacity lo") is None and at("capacity hi") is None'
expect 0 capacity rare.lua --goal 'c.availability >= 99.999%' --over rate=1..120/s
in_out 'unknown'

# Half fails at every load: it says so of the least load that tells, instead of halving it for ever.
cat >half.lua <<'LUA'
local rate = param { "rate", "50/s", doc = "offered load" }
client "c" { arrivals = poisson(rate), target = "s", timeout = "1s" }
service "s" { workers = 9, on = { work "1ms", fail { p = "50%" } } }
goal "c.availability >= 99%"
run { duration = "15s", warmup = "3s", replications = 4 }
LUA
expect 1 capacity half.lua --over rate --json - --report half.html
holds '0 < at("capacity hi") < 1 and not at("undecided")'
grep -q 'No: a goal is missed even at rate ' half.html || fail 'the report does not say that no load will do'
# Nothing that is busy for a tenth of its time limits anything.
expect 1 capacity half.lua --over rate
in_out 'nothing busy (s '
# What is a third busy on the whole, but three times slower for 5 s: then at most 333/s are served.
cat >slowed.lua <<'LUA'
local rate = param { "rate", "300/s", doc = "offered load" }
client "c" { arrivals = poisson(rate), target = "db" }
service "db" { workers = 10, work = "10ms" }
fault { slow { "db", factor = 3 }, at = "20s", lasts = "5s" }
goal "c.latency.p99 < 100ms"
run { duration = "60s", warmup = "1s", replications = 4 }
LUA
expect 0 capacity slowed.lua --over rate --json - --report slowed.html
holds '280 < at("capacity value") < 345 and at("utilization") < 0.5 and 2 < at("saturated_s") < 6'
grep -q 'There db is saturated for about ' slowed.html || fail 'the report does not say what was busy for a time'
expect 0 capacity slowed.lua --over rate
in_out 'db, saturated for about '
# Two goals that are missed are not one.
expect 1 capacity half.lua --over rate --goal 'c.availability >= 99%' --goal 'c.latency.p99 < 2s' --report two.html
in_out 'all up: 2 goals fail, most of all c.'
grep -q ', and with it 1 other\.' two.html || fail 'the report names one of two goals that fail'
# Goals that are met while a component is saturated do not know a capacity.
sed -e '/^goal/d' -e 's/fail { p = "50%" }/sleep "1ms"/' -e 's/workers = 9/workers = 1, queue = 5/' half.lua >asleep.lua
echo 'goal "c.throughput > 1/s"' >>asleep.lua
expect 0 capacity asleep.lua --over rate --report asleep.html -r 2 -q
grep -q 's is saturated: the goals do not notice' asleep.html || fail 'the report takes the goals at their word'

expect 0 capacity users.lua --json -
holds 'at("capacity value") == int(at("capacity value")) > 10'
expect 0 capacity aimless.lua --goal 'c.availability > 99%' --goal 'c.latency.p50 < 30ms' -q
no_out
expect 0 capacity aimless.lua --goal 'c.availability > 1%' --goal 'c.latency.p50 < 30ms'
in_out 'the goal that fails is c.latency.p50 < 30ms'
expect 0 capacity shop.lua --over rate=5..10/s
in_out 'at least 10/s'
expect 1 capacity shop.lua --over rate=300..400/s --junit junit.xml
in_out 'below 300/s'

# JUnit: one test case a situation; it fails where not even the lowest load meets the goals.
cases() {
  python3 - "$1" <<'PY'
import sys, xml.etree.ElementTree as tree
for case in tree.parse(sys.argv[1]).getroot()[0]:
    child = case[0]
    print(case.get("classname"), "|", case.get("name"), "|", child.tag, "|",
          child.get("message") or child.text)
PY
}
cases junit.xml >out || fail 'not well-formed'
in_out 'shop.capacity | all up | failure | the highest rate that meets the goals is below 300/s'
expect 0 capacity shop.lua --over rate=5..10/s --n-1 --junit -
cases out >cases.txt || fail 'standard output is not XML alone'
mv cases.txt out
in_out 'shop.capacity | all up | system-out | the highest rate that meets the goals is at least 10/s'
in_out 'shop.capacity | one of s down | system-out'
expect 2 capacity shop.lua --json - --junit -
one_sentence
expect 4 capacity shop.lua --junit /nonexistent/x
one_sentence

expect 2 capacity aimless.lua
in_err 'states no goal'
one_sentence
expect 2 capacity aimless.lua --goal 'c.latency.pp99 < 1s'
in_err "did you mean 'c.latency.p9"
one_sentence
expect 2 capacity aimless.lua --goal $'c.latency.p99 <\n1s'
one_sentence
expect 2 capacity fixed.lua
in_err 'declares no parameter'
expect 2 capacity shop.lua --over raet
in_err "did you mean 'rate'"
expect 2 capacity shop.lua --over rate=9..5/s
in_err 'to rise'
expect 2 capacity shop.lua --over rate=5..9/s -s rate=7/s
in_err 'contradict'
expect 2 capacity shop.lua -r 1
in_err '-r 2'
expect 2 capacity shop.lua --over rate=1..5MiB
expect 4 capacity shop.lua --json /nonexistent/x
one_sentence

# --- what limits is a pool of connections, and not who waits for one: 5 / 40 ms = 125/s ---
cat >pool.lua <<'LUA'
local rate = param { "rate", "100/s", doc = "load" }
client "users" { arrivals = poisson(rate), target = "api", timeout = "1s" }
service "api" { workers = 100, on = { work "1ms", call { "db", pool = { size = 5, queue = 100 } } } }
database "db" { workers = 64, read = exponential "40ms" }
goal "users.latency.p99 < 500ms"
run { duration = "22s", warmup = "2s", replications = 3 }
LUA
expect 0 capacity pool.lua --over rate=60..140/s --json pool.json
grep -q 'the 5 connections of api to db, [89]...* % in use' out || fail 'a full pool is not named'
grep -q '"connections": "the 5 connections of api to db"' pool.json || fail 'the JSON does not name the pool'

finish
