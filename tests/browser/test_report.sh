#!/usr/bin/env bash
# Aim: reports are what they claim to be in a real browser: on a desktop and on a phone, light and
# dark, nothing is wider than the window, all text has a contrast of 4.5:1 (WCAG 2.1 AA), ids are
# unique, nothing is fetched, no plot is missing. On paper a report is no longer than it should be.
#
#   ARCHSIM_BROWSER=1 tests/browser/test_report.sh [ARCHSIM [FOLDER]]      else $ARCHSIM
#
# With FOLDER, or ARCHSIM_SCREENSHOTS, screenshots of all views stay there; else one is made, to see that
# it can be, as each takes a browser of its own. Without ARCHSIM_BROWSER=1 it is skipped (exit code 77): it
# needs the packages of the group browser.
set -euo pipefail
if [ "${ARCHSIM_BROWSER:-}" != 1 ]; then
  echo 'skipped: ARCHSIM_BROWSER=1 switches it on'
  exit 77
fi
archsim=$(realpath -- "${1:-${ARCHSIM:?path of the archsim binary}}")
here=$(realpath -- "$(dirname -- "$0")")
command -v chromium >/dev/null || { echo 'chromium is missing: apt-get install chromium'; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
shots=${2:-${ARCHSIM_SCREENSHOTS:-}}
all_shots=true
[ -n "$shots" ] || { all_shots=false; shots=$folder/screenshots; }
mkdir -p -- "$shots"
shots=$(realpath -- "$shots")
cd -- "$folder"
failures=0
fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

cat >shop.lua <<'LUA'
-- Does the shop keep its goals when a web server dies and the database is cut off?
local rate = param { "rate", "120/s", doc = "offered load" }
local servers = param { "servers", 3, doc = "web servers" }
client "shoppers" {
  arrivals = poisson(rate), target = "lb", timeout = "1s", zone = "home",
  mix = { browse = 0.9, buy = 0.1 }, retry = { attempts = 2, backoff = "50ms" },
}
region "eu" { zones = { "eu-1", "eu-2" } }
load_balancer "lb" { backends = "web", algorithm = "least_connections", zone = "eu-1",
                     health_check = { interval = "1s", timeout = "200ms", fall = 2, rise = 1 } }
service "web" { instances = servers, workers = 4, queue = 16, zone = { "eu-1", "eu-2" },
                on = { browse = { work(exponential "8ms"), call "db" },
                       buy = { work(exponential "20ms"), call { "db", op = "write" } } } }
database "db" { workers = 4, read = exponential "6ms", write = exponential "9ms", zone = "eu-2" }
path { from = "home", to = "eu", latency = "12ms" }
path { from = "eu-1", to = "eu-2", latency = "700us" }
fault { crash "web[1]", at = "15s", lasts = "8s" }
fault { crash "db", at = "30s", lasts = "1s" }
goal "shoppers.availability >= 99.9%"
goal "shoppers.latency.p99 < 250ms"
goal "db.utilization < 80%"
run { duration = "60s", warmup = "5s", replications = 3 }
LUA
run() {
  local code=0
  "$archsim" "$@" >out 2>&1 || code=$?
  # Goals met, missed or undecided: it is a report each time.
  [ "$code" -le 1 ] || [ "$code" -eq 3 ] || fail "archsim $*: exit code $code: $(head -c 300 out)"
}
run run shop.lua --report run.html
run compare shop.lua -s servers=3,2 --report compare.html
run sweep shop.lua -s rate=60..180:30/s -s servers=2..4 -r 2 --out grid --report sweep.html
run sweep shop.lua -s rate=60..240:30/s -r 2 --out load --report load.html
# More than 24 values of an axis: maps without texts, over a third parameter one for each of its values.
sed 's/duration = "60s", warmup = "5s", replications = 3/duration = "10s", warmup = "1s", replications = 2/
  s/at = "15s", lasts = "8s"/at = "3s", lasts = "2s"/; s/at = "30s"/at = "7s"/; s/workers = 4, queue/workers = workers, queue/
  s/^local servers/local workers = param { "workers", 4, doc = "of a web server" }\n&/' shop.lua >brief.lua
run sweep brief.lua -s rate=24..600:24/s -s servers=1..13:2 -s workers=2,4 --out many --report many.html
# Failing: clients retry at once, the queue is full, hardly anything ends well; against a base.
cat >storm.lua <<'LUA'
-- Does the service survive a burst when clients retry at once?
local attempts = param { "attempts", 4, doc = "attempts of a request" }
client "users" { arrivals = poisson "95/s", target = "api", timeout = "300ms",
                 retry = { attempts = attempts, backoff = "10ms" } }
service "api" { workers = 1, queue = 1000, work = exponential "10ms" }
fault { hang "api", at = "20s", lasts = "5s" }
fault { slow { "api", factor = 1.1 }, at = "40s", lasts = "5s" }
goal "users.availability >= 99%"
goal "users.latency.p99 < 250ms"
run { duration = "100s", warmup = "5s", replications = 3 }
LUA
run run storm.lua --json storm.json --report storm.html
run run storm.lua -s attempts=1 --json base.json
run compare storm.lua --base base.json --report gate.html
# Faults that come back all day.
cat >flaky.lua <<'LUA'
-- How many nines are left when servers crash and recover all day?
client "users" { arrivals = poisson "50/s", target = "lb", timeout = "500ms" }
load_balancer "lb" { backends = "web", health_check = { interval = "1s", timeout = "200ms", fall = 2, rise = 2 } }
service "web" { instances = 4, workers = 8, work = exponential "10ms" }
fault { crash "web[*]", mttf = exponential "20s", mttr = exponential "3s" }
goal "users.availability >= 99.9%"
run { duration = "600s", warmup = "10s", replications = 2 }
LUA
run run flaky.lua --report flaky.html
# Many clients with long names, many components, zones, callers of the same component.
cat >big.lua <<'LUA'
-- Does a shop of many components in two regions, with eight kinds of users, hold its goals?
region "eu" { zones = { "eu-1", "eu-2" } }
region "us" { zones = { "us-1", "us-2" } }
for i = 1, 8 do
  client("customers-of-the-division-number-" .. i) {
    arrivals = poisson "20/s", target = i % 2 == 0 and "edge-us" or "edge-eu", timeout = "2s",
    mix = { browse = 0.9, buy = 0.1 } }
end
for _, r in ipairs { "eu", "us" } do
  load_balancer("edge-" .. r) { backends = "web-" .. r, zone = r .. "-1" }
  service("web-" .. r) { instances = 4, workers = 16, zone = { r .. "-1", r .. "-2" },
    on = { browse = { work(exponential "3ms"), call("catalogue-" .. r), call("search-" .. r) },
           buy = { work(exponential "6ms"), call("basket-" .. r), call "orders" } } }
  service("catalogue-" .. r) { workers = 8, zone = r .. "-1", on = { browse = { work "2ms", call("cache-" .. r) } } }
  service("search-" .. r) { workers = 8, zone = r .. "-2", work = exponential "4ms" }
  service("basket-" .. r) { workers = 4, zone = r .. "-1", on = { buy = { work "1ms", call("cache-" .. r) } } }
  service("cache-" .. r) { workers = 4, zone = r .. "-1", work = exponential "300us" }
end
service "orders" { workers = 8, zone = "eu-1", on = { buy = { work "4ms", call "stock" } } }
database "stock" { workers = 4, zone = "eu-2" }
path { from = "eu", to = "us", latency = exponential "45ms", bandwidth = "10Mbit/s" }
goal "customers-of-the-division-number-2.latency.p99 < 700ms"
run { duration = "30s", warmup = "3s", replications = 2 }
LUA
run run big.lua --report big.html
# Users at terminals.
cat >closed.lua <<'LUA'
-- How many users at terminals can one server hold?
local users = param { "users", 40, doc = "terminals" }
client "terminals" { arrivals = closed { users = users, think = exponential "1s" }, target = "server" }
service "server" { workers = 2, work = exponential "60ms" }
goal "terminals.latency.p99 < 1s"
run { duration = "100s", warmup = "20s", replications = 3 }
LUA
run compare closed.lua -s users=30,40,50 --report closed.html
# Results made by hand, with everything that a report can show.
run report "$here/../plots/run.json" -o full.html

# A report on names that were chosen to break out of it.
cat >hostile.json <<'JSON'
{"schema": 1, "scenario": "<script>alert(1)</script>", "question": "\"'`]]>--><b>\u202eevil", "seed": 1,
 "replications": 2, "simulated_s": 10.0, "warmup_s": 0.0, "fingerprint": "</code><svg onload=alert(1)>",
 "metrics": {"<img src=x onerror=alert(1)>.offered": {"value": 1.0, "lo": 0.5, "hi": 1.5, "n": 2},
             "x\" onmouseover=\"alert(1).arrival_rate": {"value": 1.0, "lo": 0.5, "hi": 1.5, "n": 2}},
 "goals": [{"goal": "<i>a.b < 1</i>", "metric": "a.b", "op": "<", "limit": 1.0, "value": 1.0, "lo": 1.0, "hi": 1.0, "pass": false, "verdict": "<u>"}],
 "checks": [{"check": "</table>", "pass": true, "detail": "<a href=http://example.org>"}],
 "warnings": ["</style><style>*{display:none}</style>"],
 "topology": {"components": [{"name": "</text><script>", "kind": "\\N`$(id)`", "instances": 2, "zones": ["\"];x"]}],
              "edges": [], "zones": [{"name": "\"];x", "region": null}], "paths": []}}
JSON
run report hostile.json -o hostile.html

browse() { # OUTPUT-OPTION... URL
  timeout 500 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run \
    --user-data-dir="$folder/profile" --allow-file-access-from-files --disable-web-security \
    --virtual-time-budget=100000 "$@" 2>/dev/null
}
page="file://$here/inspect.html?folder=file://$folder"

# shoot REPORT NAME WIDTH HEIGHT SCHEME
shoot() {
  browse --blink-settings=preferredColorScheme="$5" --window-size="$(($3 > 500 ? $3 : 500)),$(($4 < 16000 ? $4 : 16000))" \
    --screenshot="$shots/$1-$2.png" "$page&reports=$1&views=$3x$4" >dom || fail "$1 $2: no screenshot"
  [ -s "$shots/$1-$2.png" ] || fail "$1 $2: no screenshot"
}

# figures REPORT: the view at hand has these.
figures() {
  local wanted kind
  case $1 in
    run) wanted='topology percentiles availability timeline breakdown' ;;
    storm | gate | flaky) wanted='percentiles availability timeline breakdown' ;;
    big) wanted='topology percentiles timeline-customers breakdown-customers' ;;
    closed) wanted='percentiles availability timeline' ;;
    full) wanted='percentiles availability timeline breakdown' ;;
    compare) wanted='topology percentiles timeline' ;;
    sweep) wanted='topology heatmap' ;;
    many) wanted='topology heatmap-shoppers-latency-p99-workers-2 heatmap-shoppers-latency-p99-workers-4' ;;
    load) wanted='topology load' ;;
    hostile) wanted='topology' ;;
  esac
  for kind in $wanted; do
    grep '^figures' result | grep -q -- "$kind" || fail "$1 lacks a figure '$kind'"
  done
}

# look REPORT VIEW SCHEME: what the browser said of this view.
look() {
  local name
  name=$([ "$2" = 390x844 ] && echo phone || echo desktop)-$([ "$3" -eq 0 ] && echo dark || echo light)
  awk -v report="$1" -v view="$2" '$1 == "view" { on = $2 == report && $3 == view } on' results >result
  echo "-- $1 $name: $(grep -E '^(dark|height|texts|contrast)' result | tr '\n' ' ')"
  grep -q '^end of inspection' result || fail "$1 $name: the page was not inspected"
  if grep '^FAULT' result; then fail "$1 $name"; fi
  grep -q "^dark $([ "$3" -eq 0 ] && echo true || echo false)" result || fail "$1 $name: the wrong colours"
  figures "$1"
  if ! $all_shots && compgen -G "$shots/*" >/dev/null; then return; fi
  shoot "$1" "$name" "${2%x*}" "$(awk '$1 == "height" { print $2 }' result)" "$3"
}

# A browser takes seconds to start: one for all reports, on a desktop and a phone. Scheme 0 is dark, 1 light.
reports=(run full compare sweep load many storm gate flaky big closed hostile)
for scheme in 1 0; do
  browse --blink-settings=preferredColorScheme="$scheme" --window-size=1300,900 --dump-dom \
    "$page&reports=$(IFS=,; echo "${reports[*]}")&views=1280x900,390x844" >dom || fail "chromium, scheme $scheme"
  sed -n '/<pre id="result"/,/<\/pre>/p' dom | sed 's/<[^>]*>//g' >results
  for report in "${reports[@]}"; do
    look "$report" 1280x900 "$scheme"
    look "$report" 390x844 "$scheme"
  done
done

# On paper: eleven components, nine faults and three operations take at most 8 pages.
run run "$here/../../scenarios/reliable_shop.lua" -r 2 --report paper.html
browse --no-pdf-header-footer --print-to-pdf="$folder/paper.pdf" "file://$folder/paper.html" || fail 'no paper'
pages=$(grep -ac '/Type /Page$' paper.pdf || true)
echo "-- paper: $pages pages"
{ [ "$pages" -ge 3 ] && [ "$pages" -le 8 ]; } || fail "a report of eleven components takes $pages pages"
! $all_shots || echo "screenshots: $shots"
[ "$failures" -eq 0 ] || exit 1
echo 'all passed'
