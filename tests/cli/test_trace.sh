#!/usr/bin/env bash
# Aim: run --trace writes whole traces of the slowest, the failed and a sample of requests, in both
# formats, whose times fit together and agree with the metrics; the same bytes on any number of
# threads. Wrong uses are refused.
set -euo pipefail
archsim=${ARCHSIM:?path of the archsim binary}
. "$(dirname -- "$0")/expect.sh"

cat >shop.lua <<'E2'
client "users" {
  arrivals = poisson "50/s", target = "web", timeout = "80ms",
  retry = { attempts = 2, backoff = "5ms" },
}
service "web" { instances = 2, workers = 4, on = { default = {
  work(exponential "5ms"), parallel { call "a", call "db" }, sleep "1ms" } } }
service "a" { workers = 2, work = exponential "10ms" }
database "db" { workers = 2, read = exponential "20ms" }
path { from = "web", to = "db", latency = "2ms" }
run { duration = "60s", warmup = "5s", replications = 1 }
E2

expect 0 run shop.lua -q -j1 --trace chrome.json --json results.json
expect 0 run shop.lua -q -j2 --trace again.json
cmp -s chrome.json again.json || fail 'another run writes another trace'
expect 0 run shop.lua -q --trace otlp.json --trace-format otlp
expect 0 run shop.lua --trace -
no_err
cmp -s out chrome.json || fail '--trace - writes something else'

python3 - >out 2>err <<'E2' || fail 'the traces do not fit together'
import json

def close(a, b):
    return abs(a - b) < 2e-3  # microseconds; printed doubles of seconds of nanoseconds

events = json.load(open('chrome.json'))['traceEvents']
metrics = json.load(open('results.json'))['metrics']
names = {e['pid']: e['args']['name'] for e in events if e['name'] == 'process_name'}
for sort in 'slowest', 'failed', 'sample':
    assert sum(n.startswith(sort) for n in names.values()) == 10, sort
threads = {}
for e in events:
    if e['ph'] == 'X':
        threads.setdefault((e['pid'], e['tid']), []).append(e)
calls = 0
for (pid, tid), slices in threads.items():
    call, parts = slices[0], slices[1:]
    assert call['cat'] in ('call', 'request')
    calls += call['cat'] == 'call'
    at = call['ts']
    for part in parts:  # side by side, without a gap, to the end
        assert part['cat'] == 'part' and close(part['ts'], at), (names[pid], part, at)
        at = part['ts'] + part['dur']
    if parts:
        assert close(at, call['ts'] + call['dur'])
    request = threads[pid, 1][0]
    assert call['ts'] >= request['ts'] - 1e-3
    assert call['ts'] + call['dur'] <= request['ts'] + request['dur'] + 2e-3
assert calls >= 30 * 3
roots = [threads[pid, 1][0] for pid in sorted(names)]
slowest = [r['dur'] for pid, r in zip(sorted(names), roots) if names[pid].startswith('slowest')]
assert slowest == sorted(slowest, reverse=True)
assert close(slowest[0], metrics['users.latency.max']['value'] * 1e6)
for pid, root in zip(sorted(names), roots):
    assert (root['args']['outcome'] == 'ok') == (not names[pid].startswith('failed'))
timed_out = [e for e in events if e['ph'] == 'X' and e.get('args', {}).get('outcome') == 'timeout'
             and e['cat'] == 'call']
assert timed_out and all(close(e['dur'], 80000) or close(e['dur'], 85000) for e in timed_out)

spans = {}
resources = json.load(open('otlp.json'))['resourceSpans']
for resource in resources:
    for scope in resource['scopeSpans']:
        for span in scope['spans']:
            assert len(span['traceId']) == 32 and len(span['spanId']) == 16
            assert span['spanId'] not in spans
            spans[span['spanId']] = span
assert len(spans) == calls + 30
for span in spans.values():
    assert int(span['startTimeUnixNano']) <= int(span['endTimeUnixNano'])
    if 'parentSpanId' in span:
        parent = spans[span['parentSpanId']]
        assert parent['traceId'] == span['traceId']
        assert int(parent['startTimeUnixNano']) <= int(span['startTimeUnixNano'])
    else:
        assert span['kind'] == 3
E2

expect 2 run shop.lua --trace-format otlp
in_err '--trace-format belongs to --trace FILE'
expect 2 run shop.lua --trace t.json --trace-format zipkin
in_err 'chrome, otlp'
expect 2 run shop.lua --trace - --json -
expect 4 run shop.lua --trace /nonexistent/t.json
one_sentence

# The history of one key: what a copy that is down misses it gets when it is back.
cat >copies.lua <<'E2'
client "writers" { arrivals = constant "1/s", target = "kv", mix = { write = 1 },
  keys = uniform_keys { n = 1 } }
client "readers" { arrivals = burst { 1, at = "4.5s" }, target = "kv", mix = { read = 1 },
  keys = uniform_keys { n = 1 } }
database "kv" { write = "1ms",
  copies = { n = 2, write = "async", read = "primary", apply = "100ms" } }
fault { crash "kv[2]", at = "1.5s", lasts = "2s" }
run { duration = "5s", warmup = "0s", replications = 1 }
E2
expect 0 run copies.lua -q --trace key.json --trace-key 1
expect 0 run copies.lua -q --trace other.json --trace-key 2
grep -q '"cat": *"key"' key.json || fail 'the key has no history'
grep -q '"cat": *"key"' other.json && fail 'a key that nobody asks for has a history'
python3 - >out 2>err <<'E2' || fail 'the history of a key is another one'
import json

events = json.load(open('key.json'))['traceEvents']
names = {(e['pid'], e['tid']): e['args']['name'] for e in events if e['name'] == 'thread_name'}
seen = [(round(e['ts'] / 1e6, 3), names[e['pid'], e['tid']], e['name'], e['args']['version'])
        for e in events if e['ph'] == 'i']
one = [(t, what, v) for t, who, what, v in seen if who == 'kv[1]']
two = [(t, what, v) for t, who, what, v in seen if who == 'kv[2]']
assert [e for e in one if e[1] == 'written'] == [(i + .001, 'written', i + 1) for i in range(5)]
assert [e for e in one if e[1] == 'acknowledged'] == [
    (i + .001, 'acknowledged', i + 1) for i in range(5)]
assert [(t, v) for t, what, v in two if what == 'shown' and v in (1, 2)] == [(.101, 1), (1.101, 2)]
late = [(t, v) for t, what, v in two if what == 'received' and v in (3, 4)]
assert len(late) == 2 and all(t >= 3.5 for t, v in late), late
assert (4.5, 'kv', 'read', 5) in seen
E2
no_err
expect 2 run shop.lua --trace-key 1
in_err '--trace-key belongs to --trace FILE'
expect 2 run shop.lua --trace t.json --trace-key 1 --trace-format otlp
in_err 'format chrome'
expect 2 run shop.lua --trace t.json --trace-key none

finish
