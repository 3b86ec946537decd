#!/usr/bin/env bash
# Aim: archsim report and archsim graph: the same bytes from memory, file and folder, whatever names
# the results hold; exit codes; sentences about what is no result.
#
#   tests/cli/test_report.sh [ARCHSIM]      else $ARCHSIM
set -euo pipefail
archsim=${1:-${ARCHSIM:?path of the archsim binary}}
archsim=$(realpath -- "$archsim")
doubtful=$(realpath -- "$(dirname -- "$0")/../lint")/retries-multiply
. "$(dirname -- "$0")/expect.sh"
same() { cmp -s -- "$1" "$2" || fail "$1 and $2 differ"; }
# A space that does not break, between a number and its unit, counts as one.
holds() { sed 's/\xc2\xa0/ /g' "$1" | grep -F -- "$2" >found || fail "$1 lacks '$2'"; }
lacks() { if grep -qF -- "$2" "$1"; then fail "$1 holds '$2'"; fi; }

cat >shop.lua <<'LUA'
-- Does one server keep up?
-- Try: rate=90/s
local rate = param { "rate", "50/s", doc = "offered load" }
client "shop" { arrivals = poisson(rate), target = "web", timeout = "1s", zone = "home" }
service "web" { instances = 2, workers = 1, work = exponential "10ms", zone = "z1" }
path { from = "home", to = "z1", latency = "12ms" }
fault { crash "web[1]", at = "10s", lasts = "5s" }
goal "shop.latency.p99 < 250ms"
goal "shop.availability >= 99.99%"
run { duration = "30s", warmup = "2s", replications = 3 }
LUA

# --- report: every panel that a timeline can have ---
# --- what archsim check finds is told: printed, in the JSON, on the page; once each ---
cp "$doubtful.bad.lua" sketch.lua
expect 0 run sketch.lua -r 1 --report doubtful.html
in_out 'doubtful: retries-multiply; '
holds doubtful.html 'href="#doubtful">1 thing</a> in the scenario is doubtful.'
holds doubtful.html '<td>retries-multiply</td><td>users</td><td>2 layers retry'
expect 0 run sketch.lua -r 1 --json doubtful.json
holds doubtful.json '"rule": "retries-multiply"'
cp "$doubtful.good.lua" sketch.lua
expect 0 run sketch.lua -r 1 --report doubtful.html
! grep -q doubtful: out || fail 'nothing is doubtful, and it says so'
lacks doubtful.html 'id="doubtful"'

cat >six.lua <<'LUA'
client "users" { arrivals = poisson "50/s", target = "api", timeout = "60ms", retry = { attempts = 2 },
                 keys = zipf { n = 100, s = 1 } }
service "api" { workers = 2, on = { call "kv" } }
cache "kv" { capacity = 50, origin = "db" }
database "db" { workers = 1, read = exponential "30ms" }
run { duration = "20s", warmup = "2s", replications = 1 }
LUA
expect 0 run six.lua -q --report six.html
for panel in 'rate (/s)' 'errors and retries (/s)' 'latency' 'waiting calls' 'utilization (%)' 'shares (%)'; do
  holds six.html ">$panel"
done

# --- report: run ---
expect 1 run shop.lua -q --json run.json --report memory.html
expect 0 report run.json -o file.html
no_out
no_err
same memory.html file.html
expect 0 report run.json -o -
same out file.html
expect 0 report run.json
same report.html file.html
holds file.html '<p class="question">Does one server keep up?</p>'
lacks file.html 'Try: rate'
holds file.html 'No: 0 of 2 goals met'
holds file.html 'Where the time goes: The slowest 1 % of the answered requests of '
holds file.html 'Requests call by call'
holds file.html 'The slowest request that was followed: of shop'
python3 - run.json <<'PY' || fail 'requests call by call are not what they should be'
import json, sys
slowest, typical = [next(e for e in json.load(open(sys.argv[1]))['examples'] if e['which'] == w)
                    for w in ('slowest', 'typical')]
assert slowest['latency_s'] > typical['latency_s']
for e in (slowest, typical):
    assert e['outcome'] == 'ok' and e['client'] == 'shop' and e['spans'][0]['depth'] == 0
    for s in e['spans']:
        assert 0 <= s['from_s'] <= s['to_s'] <= e['latency_s'] + 1e-9
        parts = s['parts']
        assert abs(sum(p['to_s'] - p['from_s'] for p in parts) - (s['to_s'] - s['from_s'])) < 1e-9
PY
holds file.html 'What to fix first for shop: '
holds file.html 'What saturates first: On average workers are not short: the busiest are those of web'
holds file.html 'What failed and why: '
holds file.html 'archsim run shop.lua --seed 1 -r 3'
# The bars of a waterfall lie between its names and its times.
grep -o '<rect x="[0-9.]*" y="[1-9][0-9]*" width="[0-9.]*"' file.html |
  awk -F'"' '{ n++; if ($2 < 210 || $2 + $6 > 720.1) bad = 1 } END { exit bad || n < 3 }' ||
  fail 'the bars of a waterfall'
holds file.html "$(sed -n 's/.*"fingerprint": "\(.*\)".*/\1/p' run.json)"
holds file.html 'Threads or processes of one instance' # a parameter that the scenario leaves alone
holds file.html 'Share of the calls that were answered ok, and in time.' # a definition
lacks file.html '<script'
lacks file.html 'src='
sed 's/xmlns\(:xlink\)\?="[^"]*"//g' file.html >bare.html # names of languages, not addresses
lacks bare.html 'http:'
lacks bare.html 'https:'
# Each part has its place.
for id in answer topology latency throughput availability timeline breakdown components checks \
  warnings parameters scenario-parameters provenance definitions; do
  [ "$(grep -c "id=\"$id\"" file.html)" -eq 1 ] || fail "not one section $id"
done
expect 1 run shop.lua -q -s rate=40/s --report other.html
holds other.html 'archsim run shop.lua -s rate=40/s --seed 1 -r 3'

# Requests that failed are followed as well: a sample of none could not say where their time went.
cat >dead.lua <<'LUA'
client "users" { arrivals = constant "10/s", target = "web", retry = { attempts = 2, backoff = "20ms" } }
service "web" { workers = 1, work = "1ms" }
fault { crash "web", at = "0s" }
run { duration = "10s", warmup = "1s", replications = 2 }
LUA
expect 0 run dead.lua -q --report dead.html
grep -qE '([0-9]+) requests sampled of \1<' dead.html || fail 'dead.html: not all requests are sampled'

# Each tier of a client's users has a row in the tables of latency, throughput and availability.
sed 's/retry = {/users = 9, tier = { free = 0.5, paid = 0.5 }, &/' dead.lua >tiers.lua
expect 0 run tiers.lua -q --report tiers.html
[ "$(grep -o 'users: tier paid' tiers.html | wc -l)" -eq 3 ] || fail 'tiers.html: no rows for tiers'

# In the terminal a line over time says of what it is, however long the name.
sed 's/"users"/"users-of-the-second-division"/' dead.lua >long.lua
expect 0 run long.lua
grep -qE '^  users-of.*refused .*/s \.\. ' out || fail 'a line over time does not say what it shows'

# Nor does it show the warm-up, which no metric counts.
grep -qE '^over time replication 1, 1 s to 10 s ' out || fail 'a line over time shows the warm-up'

# Stated parameters in one table, the others folded up; the topology once for wide pages, once for narrow.
grep -q '<summary>[0-9]* parameters that have their defaults' dead.html || fail 'dead.html: defaults are not folded'
[ "$(grep -c 'id="drawing' dead.html)" -ge 2 ] || fail 'dead.html: the topology is not drawn for narrow pages'

# --- report: comparison and sweep ---
expect 1 compare shop.lua -s rate=50/s,60/s -q --json compare.json --report memory.html
expect 0 report compare.json -o file.html
same memory.html file.html
holds file.html 'shop.throughput is '
holds file.html 'Headline metrics'
holds file.html 'archsim compare &#39;shop.lua&#39; -s &#39;rate=50/s,60/s&#39;'
holds file.html 'id="plot-percentiles-narrow-title'
# The answer: a column a design, a goal's cell coloured by its verdict; then the plots.
holds file.html '>A: rate=50/s</th>'
grep -qE '<td class="(pass|fail|open)">[✓✗?] [0-9]' file.html || fail 'no goal is coloured by its verdict'
grep -n 'figure-percentiles\|id="why"\|id="differences"' file.html | cut -d: -f1 | sort -nc ||
  fail 'the plot does not come before the reasons'
expect 1 sweep shop.lua -s rate=20..60:20/s -q --json sweep.json --report memory.html
expect 0 report shop.sweep -o folder.html
expect 0 report sweep.json -o file.html
same memory.html folder.html
same memory.html file.html
holds file.html '3 points meet all goals'
# A goal that is undecided has not failed, in any sentence.
holds file.html 'The goal that fails most often is'
sed 's/"verdict": "fail"/"verdict": "undecided"/' sweep.json >undecided.json
expect 0 report undecided.json -o file.html
holds file.html 'Undecided means that an interval straddles a limit'
lacks file.html 'or that a goal holds only without'
sed 's/"verdict": "undecided"/"unfinished": 0.5, "verdict": "undecided"/' undecided.json >hangs.json
expect 0 report hangs.json -o hangs.html
holds hangs.html 'or longer runs decide it; or that a goal holds only without requests that had not ended.'
holds file.html '0 fail one'
lacks file.html 'most often is'
rm shop.sweep/points/000002.json
expect 0 report shop.sweep -o folder.html
holds folder.html '1 is missing'

# --- report: of many points ---
# Of each but the first, no more is kept in memory than the page reads: 35 points of 2,000 metrics
# would take 85 MB, and take 12. The sanitizers' own memory cannot be limited.
cat >wide.lua <<'L'
local rate = param { "rate", "1/s" }
local mix = {}
for i = 1, 100 do mix["op" .. i] = 1 / 100 end
client "users" { arrivals = constant(rate), target = "web", timeout = "1s", mix = mix }
service "web" { work = "1ms" }
run { duration = "1s", warmup = "0s", replications = 1 }
L
expect 0 sweep wide.lua -q -s "rate=1..35:1/s" --out wide
expect 0 report wide -o wide.html --memory 64MiB
holds wide.html '35 points, without goals'
expect 0 plot wide --out plots --memory 64MiB

# --- report: breakdown, timeline and diagnosis, where the results hold them ---
cat >full.json <<'JSON'
{"schema": 1, "scenario": "full", "question": "", "file": "full.lua", "seed": 1, "replications": 2,
 "simulated_s": 4.0, "warmup_s": 1.0, "warnings": [], "checks": [],
 "goals": [{"goal": "c.availability >= 99%", "metric": "c.availability", "op": ">=", "limit": 0.99,
            "value": 0.9, "lo": 0.89, "hi": 0.91, "pass": false, "verdict": "fail"}],
 "metrics": {"c.offered": {"value": 10.0, "lo": 9.0, "hi": 11.0, "n": 2},
             "c.requests": {"value": 30.0, "lo": 29.0, "hi": 31.0, "n": 2},
             "c.availability": {"value": 0.9, "lo": 0.89, "hi": 0.91, "n": 2},
             "c.errors.timeout": {"value": 2.0, "lo": 1.0, "hi": 3.0, "n": 2},
             "c.errors.refused": {"value": 1.0, "lo": 0.0, "hi": 2.0, "n": 2}},
 "blame": {"c": {"sampled": 27, "of": 60, "at": [
   {"q": 0.5, "requests": 9, "latency_s": 0.01, "parts": [{"component": "s", "part": "service", "s": 0.01}]},
   {"q": 0.99, "requests": 3, "latency_s": 0.2, "parts": [{"component": "s", "part": "queue", "s": 0.15},
                                                         {"component": "s", "part": "service", "s": 0.05}]},
   {"q": null, "requests": 27, "latency_s": 0.02, "parts": [{"component": "s", "part": "queue", "s": 0.02}]}],
   "failed": {"q": null, "requests": 3, "latency_s": 1.0, "parts": [{"component": "s", "part": "retry", "s": 0.75},
     {"component": "s", "part": "network", "s": 0.25}]}}},
 "diagnosis": {"healthy": false, "findings": [{"component": "s", "limit": "workers", "severity": "saturated",
   "sentence": "s is saturated: its 4 workers are busy 99.9 % of the time."}]},
 "timeline": {"window_s": 1.0, "windows": 4, "warmup_s": 1.0,
   "clients": {"c": {"offered": [9, 10, 11, 10], "throughput": [9, 10, 8, 10], "goodput": [9, 10, 5, 10],
     "availability": [1, 1, 0.5, null], "errors": {"timeout": [0, 0, 3, 0]}, "retries": [0, 0, 3, 0],
     "p50": [0.01, 0.01, 0.2, null], "p99": [0.02, 0.02, 0.9, null]}},
   "components": {"s": {"queue": [0, 0, 9, 0], "utilization": [0.1, 0.1, 1, 0.1], "up": [1, 1, 0, 1]}},
   "faults": [{"name": "crash s", "from_s": 2.0, "to_s": 3.0}],
   "events": [{"at_s": 2.5, "component": "lb", "what": "s marked down"}]}}
JSON
expect 0 report full.json -o full.html
holds full.html 'at the 99 % quantile a request of c takes 200 ms, of which 75.0 % is waiting for a worker of s'
holds full.html 'What saturates first: s is saturated: its 4 workers are busy 99.9 % of the time.'
holds full.html '10.0 % of the requests of c ended badly: timeout 6.7 %, refused 3.3 %. Injected: crash s at 2 s for 1 s.'
# On paper pictures stand in pairs, those over load keep their size, none of further clients is left out, and what is
# folded or to be clicked is.
sed -n '/@media print/,/^}/p' full.html >print.css
for rule in 'nav { display: none; }' 'details { display: none; }' 'figure.plot { display: inline-block; width: 49%; vertical-align: top; }' \
  'figure[id^="figure-load"], figure[id^="figure-heatmap"], figure[id^="figure-parameter"] { width: 66%; }' \
  'figure, tr { break-inside: avoid; }'; do
  grep -qF "$rule" print.css || fail "printed, a report lacks: $rule"
done
! grep -E 'figure-(timeline|breakdown).*display: none' print.css || fail 'printed, a report lacks the pictures of some clients'
grep -qF '[stroke-dasharray] { stroke-linecap: butt; }' full.html || fail 'round ends close the gaps of dashes'
! grep -q 'direction: rtl' full.html || fail 'a picture begins at its right end'
grep -q "$(printf 'busy 99.9\302\240%%')" full.html || fail 'a number may lose its unit to the next line'
holds full.html 's marked down'
holds full.html 'mean of the failed'
holds full.html 'id="figure-timeline'
holds full.html 'id="figure-breakdown'
# Parts share a bar: its name is of those alone that are drawn.
grep -q '<text>network</text>' full.html || fail 'the legend names a part that is not there'

# What is the same at all points does not "go from 100 % to 100 %".
cat >level.lua <<'LUA'
local rate = param { "rate", "10/s" }
client "c" { arrivals = constant(rate), target = "s" }
service "s" { work = "1ms" }
goal "c.availability >= 90%"
run { duration = "60s", warmup = "1s", replications = 2 }
LUA
expect 0 sweep level.lua -s rate=10..40:10/s -q --report level.html
holds level.html 'c.availability is 100 % at all points.'

# --- report: what did not happen is folded up ---
grep -qE '<summary>[0-9]+ more that are 0</summary>' dead.html || fail 'dead.html: metrics that are 0 are not folded'

# --- report: the heading alone misleads nobody ---
cat >half-fails.lua <<'LUA'
local p = param { "p", "50%" }
client "c" { arrivals = poisson "20/s", target = "s" }
service "s" { workers = 9, on = { limit { "100/s", burst = 50, algorithm = "leaky_bucket" }, work "1ms", fail { p = p } } }
run { duration = "60s", warmup = "1s", replications = 2 }
LUA
expect 0 run half-fails.lua -q --report file.html
grep -qE 'Not healthy: (4[6-9]|5[0-4])[0-9.]*.{1,2}%' file.html || fail 'no goal, and half fails: the heading does not say so'
{ cat half-fails.lua && echo 'goal "c.availability > 10%"'; } >half-goal.lua
expect 0 run half-goal.lua -q --report file.html
grep -qE 'Yes: the goal is met, with (4[6-9]|5[0-4])[0-9.]*.{1,2}% of all requests failed' file.html || fail 'the heading hides what failed'
holds file.html 'of its requests that fail: see what failed and why.'
expect 0 run half-fails.lua -q --report file.html -s p=0%
holds file.html 'Healthy: nothing failed, and nothing is at a limit or near one'
# The picture names the parts that it shows, and only these.
holds file.html '>service</text>'
holds file.html '>limit</text>' # in a bar that pauses share, of which there are none
lacks file.html '>sleep</text>'
lacks file.html 'a pause in a handler'
cat >stuck.lua <<'LUA'
client "c" { arrivals = closed { users = 4 }, target = "s" }
service "s" { workers = 2, on = { inner = { work "1ms" }, default = { work "1ms", call { "s", op = "inner" } } } }
goal "c.throughput < 1/s"
run { duration = "60s", warmup = "1s", replications = 2 }
LUA
expect 0 run stuck.lua -q --report file.html
holds file.html 'All goals are met, but no request ended'
[ "$(grep -c 'No request of c had ended' file.html)" -eq 1 ] || fail 'that none ended is told twice'

# --- report: what is no result ---
expect 2 report shop.lua
one_sentence
in_err 'archsim run shop.lua --report'
echo '{}' >empty.json
expect 2 report empty.json
one_sentence
echo '{"schema": 1' >half.json
expect 2 report half.json
one_sentence
in_err 'half.json:'
expect 2 report nowhere.json
one_sentence
expect 2 report .
one_sentence
expect 4 report run.json -o nowhere/report.html
one_sentence
expect 2 run shop.lua --json - --report -
one_sentence
# An older file, which lacks most keys.
echo '{"schema": 1, "metrics": {}}' >old.json
expect 0 report old.json -o old.html
holds old.html 'These results hold no topology.'

# --- many members: the checks that they passed are one row, of those that failed some are shown ---
checks() {
  local i
  for i in $(seq 30); do printf '{"check": "flow:web[%d]", "pass": true, "detail": "p%d"},' "$i" "$i"; done
  for i in $(seq 14); do printf '{"check": "little:web[%d]", "pass": false, "detail": "f%d"},' "$i" "$i"; done
  printf '{"check": "odd[1]", "pass": true, "detail": ""}, {"check": "odd[2]", "pass": true, "detail": ""}'
}
printf '{"schema": 1, "metrics": {}, "checks": [%s]}\n' "$(checks)" >many.json
expect 0 report many.json -o many.html
for row in '>flow:web[*]<' '30 members passed; web[1]: p1<' '>little:web[10]<' '>little:web[*]<' \
  '4 further members failed' '2 members passed; odd[1]: <'; do
  holds many.html "$row"
done
lacks many.html '>p2<'
lacks many.html 'little:web[11]'

# --- many components that differ in their number alone: one row a parameter, the worst clients drawn ---
cat >alike.lua <<'LUA'
for i = 1, 18 do
  client("c" .. i) { arrivals = constant "20/s", target = "web" .. i, timeout = "1s" }
  service("web" .. i) { workers = 4, work = i == 7 and "9ms" or "5ms" }
end
fault { error { "web9", ratio = "50%" }, at = "2s" }
run { duration = "5s", warmup = "1s", replications = 1 }
LUA
expect 0 run alike.lua -q --json alike.json --report alike.html
holds alike.html '<th>c1 .. c18 (18)</th><td class="key">arrivals</td>'
holds alike.html '<td class="key">target</td><td>web1 .. web18</td>'
holds alike.html '<th>web1 .. web18 (17)</th><td class="key">work</td><td>5ms</td>'
holds alike.html '<th>web7</th><td class="key">work</td><td>9ms</td>'
holds alike.html 'Of 18 clients these are the 16 of which most requests failed, then the slowest; the JSON has them all.'
holds alike.html 'id="figure-breakdown-c9"'
holds alike.html 'id="figure-breakdown-c7"'
[ "$(grep -c 'id="figure-breakdown' alike.html)" -eq 16 ] || fail 'not 16 clients are drawn'
[ "$(grep -c 'caption.*Where the time of .* goes, largest' alike.html)" -eq 16 ] || fail 'not 16 clients have a table'

# --- who still waits when the run ends stands beside what leaves him out ---
cat >hang.lua <<'LUA'
client "users" { arrivals = poisson "100/s", target = "lb" }
load_balancer "lb" { backends = "web" }
service "web" { instances = 2, workers = 8, work = "5ms" }
fault { hang "web[2]", at = "11s" }
goal "users.availability >= 99%"
run { duration = "21s", warmup = "1s", replications = 2 }
LUA
expect 3 run hang.lua --json hang.json --report hang.html
# More replications would not tell: what hangs decides.
holds hang.html 'Not decided: 0 of 1 goals met, with '
holds hang.html '% if those that had not ended never do'
grep -q 'without the 2.\.. % that had not ended' out || fail 'nobody is told who still waits'
holds hang.html 'of the requests of users not ended when the run was over'
holds hang.html 'that had not ended when the run did</td>'
holds hang.html 'that failed, or had not ended when the run did, as time of the run'
holds hang.html '>not ended<'
holds hang.html 'These are shares of the requests that ended: of those that users sent,'
grep -q ' % \*<' hang.html || fail 'no mark stands in the picture of availability'
[ "$(grep -c '<small>without the' hang.html)" -eq 2 ] || fail 'not the tables of latency and availability alone say so'
# On a phone the picture of availability is drawn for its width.
awk '/id="figure-availability"/ { f = 1 } f && /class="narrow"/ { n++; f = 0 } END { exit n != 1 }' hang.html ||
  fail 'the picture of availability has no narrow drawing'
cat >there.lua <<'LUA'
client "users" { arrivals = poisson "100/s", target = "lb" }
load_balancer "lb" { backends = "web" }
service "web" { instances = 2, workers = 8, work = "5ms" }
goal "users.availability >= 99%"
run { duration = "21s", warmup = "1s", replications = 2 }
LUA
expect 3 compare there.lua hang.lua --json both.json --report both.html
holds both.html 'without the 2'
holds both.html 'not known how it compares'
[ "$(grep -o 'that had not ended</small>' both.html | wc -l)" -ge 3 ] || fail 'a comparison leaves requests out and is silent'

# --- two clients that fail: one table of errors for both ---
cat >two.lua <<'LUA'
client "a" { arrivals = poisson "100/s", target = "web", timeout = "5ms" }
client "b" { arrivals = poisson "100/s", target = "web", timeout = "7ms" }
service "web" { workers = 1, work = exponential "4ms" }
run { duration = "10s", warmup = "1s", replications = 2 }
LUA
expect 0 run two.lua --report two.html
[ "$(grep -c 'ended badly, by cause<' two.html)" -eq 1 ] || fail 'a table of errors for each client'
holds two.html 'a.<wbr>errors.<wbr>timeout'
holds two.html 'b.<wbr>errors.<wbr>timeout'

# --- an interval that rests on few long queues says so, p99.9's too, which has no warning ---
cat >spells.lua <<'LUA'
client "users" { arrivals = poisson "90/s", target = "web" }
service "web" { workers = 1, work = exponential "10ms" }
run { duration = "400s", warmup = "5s", replications = 10 }
LUA
expect 0 run spells.lua --json spells.json --report spells.html
grep -qE 'latency p99\.9 .* rests on [0-9]+ busy spell' out || fail 'nobody is told that p99.9 rests on few spells'
holds spells.html ' busy spells</small>'
awk '/"users\.latency\.p[0-9]+": \{/ { q = $1 } /"spells": [0-9]/ { told = told q } /\}/ { q = "" }
  END { exit told !~ /p999/ || told ~ /p50"/ }' spells.json || fail 'spells of p50, or none of p99.9'

# --- names that want to break out ---
cat >evil.json <<'JSON'
{"schema": 1, "scenario": "<script>alert(1)</script>", "question": "\"'`]]>-->\u202eevil", "seed": 1,
 "replications": 2, "file": "a b;rm -rf x.lua", "simulated_s": 10.0, "warmup_s": 0.0,
 "fingerprint": "</code><svg onload=alert(1)>",
 "metrics": {"<img src=x onerror=alert(1)>.offered": {"value": 1.0, "lo": 0.5, "hi": 1.5, "n": 2},
             "x\" onmouseover=\"alert(1).arrival_rate": {"value": 1.0, "lo": 0.5, "hi": 1.5, "n": 2}},
 "goals": [{"goal": "<i>a.b < 1</i>", "value": 1.0, "pass": false, "verdict": "<u>"}],
 "checks": [{"check": "</table>", "pass": true, "detail": "<a href=http://example.org>"}],
 "warnings": ["</style><style>*{display:none}</style>"],
 "topology": {"components": [{"name": "</text><script>", "kind": "\\N`$(touch stolen)`", "instances": 2,
                              "zones": ["\"];x"]}, {"name": "", "kind": "", "instances": -1}],
              "edges": [{"from": "</text><script>", "to": "", "calls_per_s": 1e300, "errors_per_s": 1e301}],
              "zones": [{"name": "\"];x", "region": "URL=\"javascript:x\""}], "paths": [{}]}}
JSON
expect 0 report evil.json -o evil.html
for markup in '<script' '<img' 'onmouseover="' '<svg onload' '<i>' '<u>' '<a href=http' '</style><style>' \
  "$(printf '\u202e')"; do
  lacks evil.html "$markup"
done
holds evil.html '[U+202E]'
# shellcheck disable=SC2016 # a name that looks like a command
holds evil.html '>\N`$(touch stolen)`<' # in a picture, where it is text
holds evil.html '&#39;a b;rm -rf x.lua&#39;' # quoted for a shell
[ ! -e stolen ] || fail 'a name was run by a shell'

# --- graph ---
expect 0 graph shop.lua
holds out '<svg xmlns'
holds out 'currentColor'
holds out '>web x2<'
holds out '12.0 ms'
lacks out '<title>'
lacks out 'href'
expect 0 graph shop.lua -o a.svg
expect 0 graph shop.lua -o b.svg
same a.svg b.svg
expect 2 graph shop.lua -o a.pdf
in_err 'drawn are .svg, .png and .dot'
one_sentence
[ ! -e a.pdf ] || fail 'a .pdf was written'
expect 0 graph shop.lua --dot
cp out dot.txt
expect 0 graph shop.lua -o a.dot
same a.dot dot.txt
holds a.dot 'digraph {'
holds a.dot 'zone z1'
lacks a.dot 'URL'
expect 0 graph run.json -o a.png
[ "$(head -c 4 a.png | tail -c 3)" = PNG ] || fail 'a.png is no PNG'
expect 0 graph run.json
holds out '% busy'
holds out '/s</text>'
expect 0 graph evil.json
lacks out '<script'
[ ! -e stolen ] || fail 'a name was run by a shell'
expect 2 graph run.json -s rate=1/s
one_sentence
expect 2 graph compare.json
one_sentence
expect 2 graph old.json
one_sentence
in_err 'has no topology'
expect 4 graph shop.lua -o nowhere/a.svg
one_sentence

# --- names are told in full, and what is not known takes no line ---
cat >long.lua <<'LUA'
client "client-1" { arrivals = poisson "70/s", target = "balancer-1", timeout = "100ms", retry = { attempts = 2 } }
load_balancer "balancer-1" { backends = "web" }
service "web" { work = "1ms" }
fault { partition { "client-1", "balancer-1" }, at = "5s", lasts = "2s" }
run { duration = "20s", warmup = "0s", replications = 2 }
LUA
expect 0 run long.lua
in_out 'client-1 unreachable '
in_out 'balancer-1.retries '
lacks out '…'
cat >none.lua <<'LUA'
client "users" { arrivals = poisson "10/s", target = "s" }
service "s" { on = { work "1ms", fail() } }
run { duration = "20s", warmup = "0s", replications = 3 }
LUA
expect 0 run none.lua
lacks out '/min'
lacks out degraded
grep -qE '^  throughput +0/s  0\.00 \.\. 0\.05/s$' out || fail 'throughput is not told in one unit'

# --- members that were never there: they are counted, not listed ---
cat >grows.lua <<'LUA'
client "c" { arrivals = poisson "50/s", target = "s" }
service "s" { workers = 4, instances = 2, work = exponential "10ms" }
control "hpa" { watch = "s.utilization", target = "70%", act = scale { "s", from = 1, to = 12 } }
run { duration = "30s", warmup = "0s", replications = 2 }
LUA
expect 0 run grows.lua --report grows.html
in_out 'Of the 12 of s 10 were never there.'
grep -qF 'Of the members 10 never ran; they are left out.' grows.html || fail 'the page does not count them'
grep -qF '<th>s[2]</th>' grows.html || fail 'a member that was there is left out'
! grep -qF '<th>s[3]</th>' grows.html || fail 'a member that was never there is listed'

# --- what draws is not installed ---
mkdir empty
code=0
PATH=$folder/empty "$archsim" graph shop.lua >out 2>err || code=$?
[ "$code" -eq 4 ] || fail "without dot: exit code $code, not 4"
in_err 'apt-get install graphviz'
PATH=$folder/empty "$archsim" run shop.lua --report x.html >out 2>err || code=$?
[ "$code" -eq 4 ] || fail "without gnuplot: exit code $code, not 4"
in_err 'apt-get install gnuplot-nox'
[ ! -s out ] || fail 'it ran before it noticed'

finish
