#!/usr/bin/env bash
# Aim: --junit writes XML that parsers accept whatever a scenario says, with one test case a goal and
# one a physics check, and the verdict of each.
#
#   tests/cli/test_junit.sh [ARCHSIM]      else $ARCHSIM
set -euo pipefail
archsim=$(realpath -- "${1:-${ARCHSIM:?path of the archsim binary}}")
. "$(dirname -- "$0")/expect.sh"

cat >'a <b>&"c".lua' <<'LUA'
client "c" { arrivals = poisson "50/s", target = "s" }
service "s" { workers = 1, work = exponential "10ms" }
goal "c.availability >= 99%"
goal "c.latency.p99 < 1ms"
goal "c.errors.timeout == 0"
run { duration = "30s", warmup = "5s", replications = 3 }
LUA

# The document as lines: suite counts, then name, class and outcome of each case. (Python comes with
# meson; its parser is expat.)
cases() {
  python3 - "$1" <<'PY'
import sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
assert root.tag == "testsuites"
total = dict(tests=0, failures=0, errors=0, skipped=0)
for suite in root:
    count = dict.fromkeys(total, 0)
    for case in suite:
        child = case[0].tag if len(case) else "system-out"
        count["tests"] += 1
        if child != "system-out": count[{"failure": "failures", "error": "errors"}.get(child, child)] += 1
        print(case.get("classname"), "|", case.get("name"), "|", child)
    for name, n in count.items():
        assert suite.get(name) == str(n), name
        total[name] += n
for name, n in total.items(): assert root.get(name) == str(n), name
PY
}

expect 1 run 'a <b>&"c".lua' --junit junit.xml
in_out 'goals'
cases junit.xml >out || fail 'not well-formed'
in_out 'a <b>&"c".goals | c.availability >= 99% | system-out'
in_out 'a <b>&"c".goals | c.latency.p99 < 1ms | failure'
in_out 'a <b>&"c".physics | little:s | system-out'
[ "$(grep -c goals out)" -eq 3 ] || fail 'not three goals'
expect 1 run 'a <b>&"c".lua' --junit -
[ "$(head -c 5 out)" = '<?xml' ] || fail 'standard output is not XML alone'
cases out >/dev/null || fail 'not well-formed'
expect 2 run 'a <b>&"c".lua' --junit - --json -
one_sentence
expect 4 run 'a <b>&"c".lua' --junit /nonexistent/x
one_sentence

# Names that are neither UTF-8 nor allowed in XML.
name=$'x\001\033\377]]>\xef\xbf\xbf.lua'
cp 'a <b>&"c".lua' "$name"
expect 1 run "$name" --junit junit.xml -q
cases junit.xml >out || fail 'not well-formed'
if command -v xmllint >/dev/null; then
  xmllint --noout junit.xml 2>err || fail 'xmllint does not accept it'
fi

# The gate's metrics are cases, too.
expect 1 run 'a <b>&"c".lua' -q --json base.json
sed 's/"10ms"/"11ms"/' 'a <b>&"c".lua' >slower.lua
expect 1 compare slower.lua --base base.json --junit junit.xml
cases junit.xml >out || fail 'not well-formed'
in_out 'slower.gate | c.latency.p50 | failure'
in_out 'slower.gate | c.throughput | system-out'
in_out 'slower.goals | c.latency.p99 < 1ms | failure'
expect 2 compare slower.lua slower.lua --junit junit.xml
in_err '--base'

# Of a sweep each point is a suite, whichever goals it meets.
cat >swept.lua <<'LUA'
local rate = param { "rate", "50/s" }
client "c" { arrivals = poisson(rate), target = "s" }
service "s" { workers = 1, work = exponential "10ms" }
goal "c.latency.mean < 40ms"
run { duration = "60s", warmup = "5s", replications = 4 }
LUA
expect 1 sweep swept.lua -s rate=20/s,90/s -o points --junit junit.xml
in_out 'c.latency.mean < 40ms'
cases junit.xml >out || fail 'not well-formed'
in_out 'swept.goals | c.latency.mean < 40ms [rate=20/s] | system-out'
in_out 'swept.goals | c.latency.mean < 40ms [rate=90/s] | failure'
in_out 'swept.physics | little:s [rate=90/s] | system-out'
[ "$(grep -c '<testsuite ' junit.xml)" -eq 2 ] || fail 'not two suites'
grep -q '<testsuite name="swept \[rate=90/s\]"' junit.xml || fail 'a suite without its point'
grep -q 'message="c.latency.mean is [0-9.]* ms (95 %: ' junit.xml || fail 'no value of what failed'
# Once more from the points that are there; standard output then has nothing else.
expect 1 sweep swept.lua -s rate=20/s,90/s -o points --junit -
cmp -s out junit.xml || fail 'another document from the same points'
expect 2 sweep swept.lua -s rate=20/s,90/s -o points --junit - --csv -
one_sentence
expect 4 sweep swept.lua -s rate=20/s,90/s -o points --junit /nonexistent/x
one_sentence
expect 2 sweep swept.lua -s rate=20/s,90/s -o slurm --submit slurm --print --junit junit.xml
in_err '--junit'

finish
