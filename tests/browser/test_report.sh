#!/usr/bin/env bash
# Aim: reports are what they claim to be in a real browser: on a desktop and on a phone, light and
# dark, nothing is wider than the window, all text has a contrast of 4.5:1 (WCAG 2.1 AA), ids are
# unique, nothing is fetched, no plot is missing.
#
#   ARCHSIM_BROWSER=1 tests/browser/test_report.sh [ARCHSIM [FOLDER]]      else $ARCHSIM
#
# Screenshots stay in FOLDER, else $ARCHSIM_SCREENSHOTS, else are thrown away. Without
# ARCHSIM_BROWSER=1 it is skipped (exit code 77): it needs the packages of the group browser.
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
shots=${2:-${ARCHSIM_SCREENSHOTS:-$folder/screenshots}}
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
  [ "$code" -le 1 ] || fail "archsim $*: exit code $code: $(head -c 300 out)"
}
run run shop.lua --report run.html
run compare shop.lua -s servers=3,2 --report compare.html
run sweep shop.lua -s rate=60..180:30/s -s servers=2..4 -r 2 --out grid --report sweep.html
run sweep shop.lua -s rate=60..240:30/s -r 2 --out load --report load.html
# Results with everything that a report can show.
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
  timeout 120 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run \
    --user-data-dir="$folder/profile" --allow-file-access-from-files --disable-web-security \
    --virtual-time-budget=10000 "$@" 2>/dev/null
}

# look REPORT NAME WIDTH HEIGHT SCHEME: SCHEME 0 is dark, 1 light.
look() {
  local url="file://$here/inspect.html?report=file://$folder/$1.html&width=$3" height
  browse --blink-settings=preferredColorScheme="$5" --window-size=1300,900 --dump-dom \
    "$url&height=$4" >dom || fail "$1 $2: chromium"
  sed -n '/<pre id="result"/,/<\/pre>/p' dom | sed 's/<[^>]*>//g' >result
  echo "-- $1 $2: $(grep -E '^(dark|height|texts|contrast)' result | tr '\n' ' ')"
  grep -q '^end of inspection' result || fail "$1 $2: the page was not inspected"
  if grep '^FAULT' result; then fail "$1 $2"; fi
  if [ "$5" -eq 0 ]; then grep -q '^dark true' result || fail "$1 $2 is not dark"; fi
  height=$(awk '$1 == "height" { print $2 }' result)
  browse --blink-settings=preferredColorScheme="$5" --window-size="$(($3 > 500 ? $3 : 500)),$((height < 16000 ? height : 16000))" \
    --screenshot="$shots/$1-$2.png" "$url&height=$height" >dom || fail "$1 $2: no screenshot"
  [ -s "$shots/$1-$2.png" ] || fail "$1 $2: no screenshot"
}

# figures REPORT KIND...: the last one looked at has these.
figures() {
  local report=$1 kind
  shift
  for kind in "$@"; do
    grep '^figures' result | grep -q -- "$kind" || fail "$report lacks a figure '$kind'"
  done
}

for report in run full compare sweep load hostile; do
  look "$report" desktop-light 1280 900 1
  look "$report" desktop-dark 1280 900 0
  look "$report" phone-light 390 844 1
  look "$report" phone-dark 390 844 0
  case $report in
    run) figures run topology percentiles availability ;;
    full) figures full percentiles availability timeline breakdown ;;
    compare) figures compare topology percentiles ;;
    sweep) figures sweep topology heatmap ;;
    load) figures load topology throughput ;;
    hostile) figures hostile topology ;;
  esac
done
echo "screenshots: $shots"
[ "$failures" -eq 0 ] || exit 1
echo 'all passed'
