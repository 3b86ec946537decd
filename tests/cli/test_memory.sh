#!/usr/bin/env bash
# Aim: whatever runs out of memory ends with exit code 4 and one sentence that says what grew and what
# to change, soon, and leaves no temporary file; what stands still is found soon.
set -euo pipefail
archsim=${ARCHSIM:?path of the archsim binary}
. "$(dirname -- "$0")/expect.sh"

cat >explosion.lua <<'L'
for i = 1, 30 do service("y" .. i) { on = { parallel { call { "y" .. (i + 1), times = 2 } } } } end
service "y31" { work = "1ms" }
client "users" { arrivals = constant "1/s", target = "y1" }
run { duration = "1s", warmup = "0s", replications = 1 }
L
cat >queue.lua <<'L'
client "users" { arrivals = poisson "1M/s", target = "web" }
service "web" { work = "1s" }
run { duration = "100s", warmup = "0s", replications = 1 }
L
sed '1i local rate = param { "rate", "1M/s" }' queue.lua | sed 's/poisson "1M.s"/poisson(rate)/' >rates.lua
cat >cache.lua <<'L'
client "users" { arrivals = poisson "1M/s", target = "web", keys = uniform_keys { n = 100000000 } }
cache "web" { capacity = 100000000, origin = "db" }
service "db" { workers = 1000, work = "1us" }
run { duration = "100s", warmup = "0s", replications = 1 }
L
cat >loop.lua <<'L'
client "users" { arrivals = closed { users = 4 }, target = "web", timeout = "1s" }
service "web" { workers = 4, work = exponential "20ms" }
fault { crash "web", at = "20s", lasts = "10s" }
run { duration = "100s", warmup = "10s", replications = 1 }
L
# As many operations of clients as may be counted apart.
cat >mixes.lua <<'L'
local mix = {}
for i = 1, 250 do mix["op" .. i] = 1 / 250 end
for i = 1, 200 do client("c" .. i) { arrivals = poisson "1/s", target = "web", mix = mix } end
service "web" { work = "1ms" }
run { duration = "1s", warmup = "0s", replications = 1 }
L
# Sixteen readings of a file of 4 million lines, one of which has a value.
cat >samples.lua <<'L'
for i = 1, 8 do service("s" .. i) { work = empirical { csv = "lines.csv", unit = "ms" } } end
service "web" { on = { call "s1", call "s2", call "s3", call "s4", call "s5", call "s6", call "s7", call "s8" } }
client "users" { arrivals = constant "1/s", target = "web" }
run { duration = "1s", warmup = "0s", replications = 1 }
L
yes '' | head -n 4000000 >lines.csv || [ "${PIPESTATUS[0]}" -eq 141 ]
echo 1 >>lines.csv

# The sanitizers' own memory cannot be limited.
limited=1
"$archsim" run queue.lua -q --memory 64MiB >out 2>err || [ $? -eq 4 ] || limited=0

if [ "$limited" = 1 ]; then
  expect 4 run explosion.lua -q --memory 100MB
  one_sentence
  in_err 'calls are in flight at once at 0.000 s of simulated time'
  in_err 'of the 95 MiB that --memory allows'
  expect 4 run queue.lua -q --memory 100MB
  one_sentence
  in_err 'of them at web: lower the load, bound a queue, set a timeout'
  expect 4 run cache.lua -q --memory 100MB
  one_sentence
  in_err 'entries of a cache are too many; bound its capacity'
  expect 4 sweep rates.lua -q --memory 100MB -s rate=1/s,1M/s --out points
  # It takes 0.3 s; 22 s where each operation is held against all others.
  (ulimit -t 10 && "$archsim" check mixes.lua --memory 200MB >/dev/null) || fail 'many operations take long'
  expect 0 check samples.lua --memory 80MB
  [ -z "$(find points -name '*.json.*')" ] || fail 'temporary files of a sweep are left'
fi
expect 2 run queue.lua --memory 100
in_err "--memory"
expect 2 run queue.lua --memory 1MiB
in_err "--memory wants at least 64MiB, not '1MiB'"

# 5 million events of one instant are a second; 50 million were ten, and 800 MB.
expect 3 run loop.lua -q -j1 --memory 400MB
in_err 'the clock stands still at 20.000000000 s'

# A message that fails at once comes again at once: a thousand of these are one event.
cat >again.lua <<'L'
client "c" { arrivals = constant "1/s", target = "q" }
topic "q" {}
service "s" { subscribe = { "q" }, on = { call "db" } }
database "db" {}
fault { crash "db", at = "10.5s", lasts = "5s" }
run { duration = "20s" }
L
expect 3 run again.lua -q -j1 --memory 400MB
in_err 'messages of "q" fail and come again without any time passing; give the subscription a backoff'

finish
