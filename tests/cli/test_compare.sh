#!/usr/bin/env bash
# Aim: archsim compare answers which design is better; a design against itself differs by nothing;
# --off takes away the mechanism that it names and no other; mistakes are told.
#
#   tests/cli/test_compare.sh [ARCHSIM]      else $ARCHSIM
set -euo pipefail
archsim=$(realpath -- "${1:-${ARCHSIM:?path of the archsim binary}}")
. "$(dirname -- "$0")/expect.sh"

cat >good.lua <<'LUA'
local rate = param { "rate", "50/s", doc = "offered load" }
local work = param { "work", "10ms" }
client "c" { arrivals = poisson(rate), target = "s", timeout = "1s" }
service "s" { workers = 1, work = exponential(work) }
goal "c.latency.p99 < 400ms"
run { duration = "60s", warmup = "5s", replications = 9 }
LUA
sed 's/"10ms"/"15ms"/' good.lua >slow.lua
sed 's/"60s"/"61s"/' good.lua >longer.lua
sed 's/replications = 9/replications = 12, seed = 3/' good.lua >other.lua
cat >weighed.lua <<'LUA'
-- One in ten goes to b.
client "c" { arrivals = constant "50/s", target = "lb" }
load_balancer "lb" { weights = { a = 9, b = 1 } }
service "a" { work = "1ms" }
service "b" { work = "1ms" }
run { duration = "20s", warmup = "0s", replications = 1 }
LUA
cat >shop.lua <<'LUA'
local policy = { attempts = 4, backoff = "20ms", budget = "50%" }
client "shop" { arrivals = poisson "200/s", target = "lb", timeout = "400ms", retry = policy,
  keys = uniform_keys { n = 1000 } }
client "other" { arrivals = poisson "1/s", target = "lb", timeout = "400ms", retry = policy }
load_balancer "lb" { algorithm = "round_robin", backends = "web", health_check = { interval = "1s" } }
service "web" { instances = 2, workers = 4, on = { default = { work "2ms", call "redis" } } }
cache "redis" { capacity = 1000, origin = "db" }
database "db" { workers = 8, read = exponential "5ms" }
fault { crash "web[2]", at = "20s", lasts = "10s" }
fault { crash "redis", at = "40s", lasts = "1s", name = "cold cache" }
goal "shop.availability >= 90%"
goal "redis.hit_ratio > 50%"
run { duration = "60s", warmup = "5s", replications = 3 }
LUA

# --- two files ---
expect 0 compare good.lua slow.lua
no_err
in_out 'B is '
in_out 'slower'
in_out 'pairing'
in_out 'hold together at the 95 % level'
in_out '✓'
expect 0 compare good.lua slow.lua --json -
holds 'of("c.latency.mean diff lo") > 0.01'
holds 'of("c.latency.mean b") - of("c.latency.mean a") == of("c.latency.mean diff value")'
holds 'of("c.latency.p99 diff joint_lo") < of("c.latency.p99 diff lo")'
holds 'of("c.offered diff verdict") == "equal"'
mv out first
expect 0 compare good.lua slow.lua --json - -j1
[ "$(grep -vc wall_s out)" -eq "$(grep -vc wall_s first)" ] || fail 'other lines with -j1'
cmp -s <(grep -v wall_s out) <(grep -v wall_s first) || fail 'other numbers with -j1'
# B fails its goal, A does not, and the other way round.
expect 1 compare good.lua slow.lua -s rate=64/s
expect 0 compare slow.lua good.lua -s rate=64/s

# --- the report says what the terminal says of what was not told apart ---
sed '/^goal/d' good.lua >one.lua
sed 's/workers = 1/instances = 2, workers = 1/' one.lua >two.lua
expect 0 compare one.lua two.lua -r 4 --report near.html
most=$(sed -n 's/.*c.throughput: no difference was found: it is at most //p' out)
[ -n "$most" ] || fail 'the throughputs differ'
sed 's/\xc2\xa0/ /g' near.html | grep -F "no difference found, at most $most<" >found || fail "the report does not say 'at most $most'"

grep -E '>c.availability</th>.*>none</td>.*>equal<' near.html >found || fail 'what is equal differs by a number'
# No latency of a design stands without the share that failed: in the table and in the sentences.
sed 's/"1s"/"30ms"/' one.lua >hasty.lua
expect 0 compare one.lua hasty.lua -r 4 --report hasty.html
sed 's/\xc2\xa0/ /g' hasty.html | grep -E 'c.latency.p99 is higher in B .*; in B [0-9.]+ % that failed, as endless' >found ||
  fail 'a sentence of the report has a latency without the share that failed'
sed 's/\xc2\xa0/ /g' hasty.html | grep -E '<small>[0-9.]+ % that failed, as endless</small>' >found ||
  fail 'the table of the report has a latency without the share that failed'

# --- what is equal does not bury what differs ---
cat >apart.lua <<'LUA'
local work = param { "work", "10ms" }
client "a" { arrivals = poisson "50/s", target = "s" }
client "b" { arrivals = poisson "50/s", target = "t" }
service "s" { workers = 1, work = exponential(work) }
service "t" { workers = 1, work = exponential "10ms" }
run { duration = "60s", warmup = "5s", replications = 3 }
LUA
expect 0 compare apart.lua -s work=10ms,15ms
in_out 'a.latency.p50: B is '
in_out 'more are exactly equal in both; the table has them'
! grep -q ': exactly equal (' out || fail 'what is equal buries what differs'

# --- itself ---
expect 0 compare good.lua good.lua --json same.json
in_out 'exactly equal in all of their'
python3 - <<'PY' || fail 'a design differs from itself'
import json
metrics = json.load(open("same.json"))["metrics"]
assert len(metrics) > 30
for name, metric in metrics.items():
    diff = metric["diff"]
    assert diff["verdict"] == "equal", name
    assert metric["a"] is None or diff["value"] == diff["lo"] == diff["hi"] == 0, name
PY

# --- values of a parameter ---
expect 0 compare good.lua -s work=10ms,12ms,5ms
in_out 'C against A'
in_out 'faster'
expect 0 compare good.lua -s work=10ms,12ms,5ms --json -
holds 'of("c.latency.p50 c") < of("c.latency.p50 a") < of("c.latency.p50 b")'
holds 'of("c.latency.p50 diff_c hi") < 0 < of("c.latency.p50 diff lo")'

# --- conditions are made equal, or it is said why not ---
expect 2 compare good.lua longer.lua
in_err 'same duration'
one_sentence
expect 0 compare good.lua other.lua
in_out 'seed 1, 12 replications'
in_out 'different seeds'
expect 2 compare good.lua
in_err 'second design'
one_sentence
expect 2 compare good.lua good.lua -s nothing=1
in_err 'no such parameter'
expect 2 compare good.lua missing.lua
in_err 'missing.lua'
expect 2 compare good.lua good.lua --off s.queue
in_err 'one too many'
expect 2 compare good.lua slow.lua --alpha 1%
in_err 'belongs to --base'
expect 2 compare good.lua slow.lua good.lua slow.lua good.lua slow.lua good.lua slow.lua good.lua
one_sentence
expect 4 compare good.lua slow.lua --json /nonexistent/x

# --- --off ---
expect 0 compare shop.lua --off shop.retry --json -
holds 'of("shop.retries a") > 0 == of("shop.retries b")'
holds 'of("shop.availability diff hi") < 0'
holds 'of("other.retries a") > 0 and of("other.retries b") > 0' # they share a table
expect 0 compare shop.lua --off redis --json -
holds 'of("redis.arrivals b") == 0 < of("redis.arrivals a")'
holds 'of("db.reads diff value") > 3000'
expect 0 compare shop.lua --off lb --json -
holds 'of("lb.arrivals b") == 0 and of("web.arrivals b") > 0'
expect 0 compare shop.lua --off lb.health_check --json -
holds 'of("lb.ejections a") > 0 == of("lb.ejections b")'
expect 0 compare shop.lua --off 'crash web[2]' --json -
holds 'of("web[2].uptime b") == 1 > of("web[2].uptime a")'
expect 0 compare shop.lua --off 'cold cache' --off 'crash web[2]' --json -
holds 'of("redis.uptime b") == 1 and of("web.uptime b") == 1'
expect 0 compare weighed.lua --off lb.weights --json -
holds 'of("a.arrivals a") == 900 and of("a.arrivals b") == of("b.arrivals b") == 500'
expect 0 compare shop.lua --off shop.retry.budget --json -
holds 'of("shop.retries diff value") > 0'
# Two clients may share one table; only the named one's is changed.
sed -E 's/^client "shop"(.*)/local both =\1/; s/^  keys = .*/&\nclient "shop"(both)/; s/^client "other".*/client "other"(both)/' \
  shop.lua >shared.lua
for off in shop.retry shop.retry.attempts; do
  expect 0 compare shared.lua --off "$off" --json -
  holds 'of("shop.retries b") == 0 and of("other.retries b") > 0'
done
# Paths, steps of handlers, and what belongs to all components; what needs them goes with them.
cat >way.lua <<'END'
client "c" { arrivals = poisson "90/s", target = "s", response = "9kB", zone = "h" }
service "s" { zone = "d", workers = 1, queue = 9, start = "1s",
  on = { shed { when = "queue > 4" }, limit { "60/s", burst = 20, store = "counts" }, work "10ms" } }
service "counts" { zone = "d" }
fault { crash "s", at = "9s", lasts = "1s" }
path { from = "h", to = "d", latency = "5ms", bandwidth = "6Mbit/s", buffer = "9kB", hops = 2,
  transport = "tcp", connect = { tls = "1.3", keep = "60s" } }
run { duration = "20s", warmup = "0s", replications = 2 }
END
expect 0 compare way.lua --off path.h.d.buffer --json -
holds 'of("path.h.d.sent_again a") > 0 == of("path.h.d.sent_again b")'
expect 0 compare way.lua --off path.h.d.bandwidth --json - # and buffer and hops
holds 'of("path.h.d.sent_again a") > 0 == of("path.h.d.sent_again b")'
expect 0 compare way.lua --off path.h.d.transport --json - # and connect
holds 'of("path.h.d.opened a") > 0'
holds '"b" not in tree["metrics"]["path.h.d.opened"]'
expect 0 compare way.lua --off path.h.d.connect.tls --json -
holds 'of("path.h.d.setup.mean a") > 0.019 and of("path.h.d.setup.mean b") < 0.0101'
expect 0 compare way.lua --off path.h.d --json -
holds 'of("c.latency.min a") > 0.02 and of("c.latency.min b") < 0.0101'
expect 0 compare way.lua --off s.limit --json - # and nobody calls its store
holds 'of("s.limited a") > 0 == of("s.limited b") and of("counts.arrivals b") == 0'
expect 0 compare way.lua --off s.shed --json -
holds 'of("s.shed a") > 0 == of("s.shed b")'
expect 0 compare way.lua --off s.start --json -
holds 'of("s.downtime a") > 1.9 * of("s.downtime b") > 0'
# A control that is left out neither looks nor acts, also after a crash of its own; goals on it stay.
cat >watched.lua <<'END'
client "c" { arrivals = poisson "50/s", target = "s", mix = { get = 1 } }
service "s" { workers = 1, on = { get = { work "1ms" }, well = { work "1ms" } } }
control "alive" { probe = "s", op = "well", every = "1s", act = restart "s" }
fault { crash "s", at = "5s", lasts = "30s" }
fault { crash "alive", at = "1s", lasts = "1s" }
allow { from = "c", to = "s", op = { "get" } }
allow { from = "alive", to = "s" }
goal "alive.probes > 1"
run { duration = "40s", warmup = "0s", replications = 2 }
END
expect 0 compare watched.lua --off alive --json -
holds 'of("alive.actions a") == 1 and of("alive.actions b") == 0'
holds 'of("alive.probes a") > 30 and of("alive.probes b") == 0'
holds 'of("s.arrivals diff value") < 0 and of("s.uptime b") < 0.26 < of("s.uptime a")'
sed -i '/op = { "get" }/d' watched.lua
expect 0 compare watched.lua --off allow --json -
holds 'of("c.availability a") == 0 < of("c.availability b")'
expect 2 compare watched.lua --off allo
in_err "did you mean 'allow'"
expect 2 compare way.lua --off path.h.d.bufer
in_err "did you mean 'path.h.d.buffer'"
expect 2 compare way.lua --off path.h.x.buffer
in_err "did you mean 'path.h.d.buffer'"
expect 2 compare way.lua --off s.compress
one_sentence
expect 0 compare shop.lua --off shop.timeout
in_out 'without shop.timeout'
expect 2 compare shop.lua --off shop.rety
in_err "did you mean 'shop.retry'"
one_sentence
expect 2 compare shop.lua --off redis.ttl
in_err 'redis has no ttl'
one_sentence
expect 2 compare shop.lua --off web
in_err 'cannot be left out'
expect 2 compare shop.lua --off lb.algorithm
in_err 'round_robin'
expect 2 compare shop.lua --off lb.health_check.interval
in_err '2s'
expect 2 compare shop.lua --off web.instances
expect 2 compare shop.lua --off shop.target
in_err 'required'
for name in '' . shop. .retry shop.retry. shop.retry.budget.x shop..retry redis.origin.x; do
  expect 2 compare shop.lua --off "$name"
  one_sentence
done
expect 2 compare shop.lua --off redis --off redis
in_err 'twice'

# --- --base ---
expect 0 run good.lua -q --json base.json
expect 0 compare good.lua --base base.json
in_out 'paired with the base'
in_out 'unchanged'
in_out 'no regression'
expect 0 compare good.lua --base base.json --seed 2
in_out 'independent of the base'
sed 's/"10ms"/"10.5ms"/' good.lua >slower.lua
expect 1 compare slower.lua --base base.json
in_out 'worse by at least'
expect 1 compare slower.lua --base base.json --json -
holds 'of("c.latency.p50 verdict") == "worse" and of("c.latency.p50 diff value") > 0'
if command -v gnuplot >/dev/null && command -v dot >/dev/null; then
  expect 1 compare slower.lua --base base.json --report gate.html
  grep -q 'Worse than base.json' gate.html || fail 'the report does not say that it is worse'
  grep -q 'Against the base' gate.html || fail 'the report lacks the tests of the gate'
fi
expect 0 compare slower.lua --base base.json --margin 50%
in_out 'is allowed'
expect 0 run slower.lua -q --json base.json
expect 0 compare good.lua --base base.json # better is no regression
expect 2 compare longer.lua --base base.json
in_err 'make a new base'
one_sentence
expect 2 compare good.lua slow.lua --base base.json
expect 2 compare good.lua --base base.json --off s.queue
in_err 'exclude each other'
in_err 'leave one out'
for alpha in 0 1 x -1% 200%; do
  expect 2 compare good.lua --base base.json --alpha "$alpha"
  one_sentence
done
expect 0 compare good.lua slow.lua -q --json comparison.json
echo '[1' >broken.json
for base in missing.json good.lua . broken.json comparison.json /dev/null; do
  expect 2 compare good.lua --base "$base"
  in_err "$base"
  one_sentence
done

# CSV: the numbers of --json, a row a metric and design.
expect 0 compare good.lua -s work=10ms,12ms,5ms --json all.json --csv all.csv
expect 0 compare good.lua -s work=10ms,12ms,5ms --csv -
cmp -s out all.csv || fail 'standard output and file differ, or it is not CSV alone'
python3 - <<'PY' || fail 'CSV and JSON differ'
import csv, json
rows = list(csv.DictReader(open("all.csv")))
tree = json.load(open("all.json"))
assert len({row["design"] for row in rows}) == 2
first = [row for row in rows if row["design"] == rows[0]["design"]]
assert len(first) * 2 == len(rows) and len(first) > 20
seen = 0
for row in first:
    metric = tree["metrics"][row["metric"]]
    for name, value in (("a", metric["a"]), ("b", metric["b"]), ("diff", metric["diff"]["value"]),
                        ("lo", metric["diff"]["lo"]), ("hi", metric["diff"]["hi"])):
        assert row[name] == "" if value is None else float(row[name]) == value, (row, name)
        seen += value is not None
assert seen > 50
PY
expect 2 compare good.lua slow.lua --json - --csv -
one_sentence
expect 2 compare good.lua --base base.json --csv x.csv
one_sentence
expect 4 compare good.lua slow.lua --csv /nonexistent/x
one_sentence
expect 0 run good.lua -q -r 1 --json base.json
expect 2 compare good.lua --base base.json
in_err 'single replication'

# --- over a load ---
expect 0 compare good.lua slow.lua --over rate=20..60:20/s -r 3 --undecided pass
in_out 'over rate'
in_out 'A: good.lua: goals '
in_out 'B: slow.lua: goals '
"$archsim" compare good.lua slow.lua --over rate=20/s,40/s -r 3 --json over.json -q || true
"$archsim" compare good.lua slow.lua --over rate=20/s,40/s -r 3 --json over1.json -q -j1 || true
sed -i '/"wall_s"/d' over.json over1.json
cmp -s over.json over1.json || fail 'other bytes on one thread'
# At each load the designs are what they are alone there.
"$archsim" run slow.lua -s rate=40/s -r 3 --json alone.json -q || true
python3 - <<'PY' || fail 'a step differs from a run at that load'
import json
over, alone = json.load(open("over.json")), json.load(open("alone.json"))
step = over["over"]["points"][1]
assert step["value"] == "40/s" and over["over"]["param"] == "rate"
got, want = (t["metrics"]["c.latency.p99"] for t in (step["designs"]["b"], alone))
assert got["value"] == want["value"] and got["lo"] == want["lo"]
PY
expect 2 compare good.lua slow.lua --over rate
in_err 'names no loads'
expect 2 compare good.lua slow.lua --over raet=20..60:20/s
in_err 'declares no such parameter'
expect 2 compare good.lua slow.lua --over rate=20..60:20/s -s rate=9/s
in_err 'contradict'
expect 2 compare good.lua slow.lua --over rate=20/s
in_err 'two loads'
expect 2 compare good.lua slow.lua --over work=a,b
one_sentence

finish
