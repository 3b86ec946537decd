#!/usr/bin/env bash
# Aim: same scenario and seed, same bytes: again, with any number of threads, with the declarations
# in reverse order, and with the C library's variants for newer processors switched off.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

cat >"$dir/forwards.lua" <<'L'
client "alice" { arrivals = poisson "80/s", target = "lb", timeout = "300ms", keys = zipf { n = 500, s = 0.9 },
  mix = { read = 0.9, write = 0.1 }, request = "2kB", response = lognormal { mean = "20kB", cv = 1 },
  retry = { attempts = 3, backoff = exponential { base = "10ms", cap = "1s", jitter = "decorrelated" } } }
client "bob" { arrivals = closed { users = 20, think = gamma { mean = "300ms", shape = 2 } }, target = "web",
  keys = zipf { n = 500, s = 0.9 } }
load_balancer "lb" { algorithm = "power_of_two", backends = "web", health_check = { interval = "1s" } }
service "web" { instances = 3, workers = 2, zone = { "z1", "z2" },
  on = { default = { work(weibull { mean = "4ms", shape = 0.7 }), call { "cache", fallback = { call "db" } },
         branch { p = 0.3, parallel { call "aux", call "aux", need = 1 } } } } }
service "aux" { workers = 4, discipline = "ps", work = pareto { min = "1ms", shape = 2.5 } }
cache "cache" { capacity = 100, ttl = "5s", origin = "db" }
database "db" { workers = 3, read = lognormal { p50 = "3ms", p99 = "30ms" }, write = normal { mean = "6ms", sd = "2ms" } }
path { from = "z1", to = "cache", latency = shifted { by = "100us", exponential "200us" }, loss = "0.1%" }
path { from = "alice", to = "lb", latency = "1ms", bandwidth = "50Mbit/s" }
fault { crash "web[2]", at = "10s", lasts = "5s" }
fault { slow { "db", factor = 3 }, mttf = exponential "10s", mttr = exponential "2s" }
fault { hang "cache", at = "22s", lasts = "2s" }
run { duration = "40s", warmup = "5s", replications = 4 }
L
# Statements are separated by an empty first column: reverse them, continuation lines kept together.
awk '/^[a-z]/ { n++ } { s[n] = s[n] $0 "\n" } END { for (i = n; i > 0; i--) printf "%s", s[i] }' \
  "$dir/forwards.lua" >"$dir/backwards.lua"

# The JSON without what may differ.
comparable() { grep -v -e '"wall_s"' -e '"scenario"' -e '"file"'; }

# result NAME FILE ARGUMENT...
result() {
  local name=$1 file=$2
  shift 2
  "$ARCHSIM" run "$file" -q --json - "$@" | comparable >"$dir/$name"
}
result first "$dir/forwards.lua" -j1
result again "$dir/forwards.lua" -j1
result threads "$dir/forwards.lua" -j2
result backwards "$dir/backwards.lua" -j2
GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F,-AVX2_Usable,-FMA_Usable,-FMA4 \
  result plain_libc "$dir/forwards.lua" -j1
result other_seed "$dir/forwards.lua" -j1 --seed 2

# What Lua takes for a letter or makes of one: an alphabet in which single bytes above 127 are letters.
cat >"$dir/letters.lua" <<'L'
local letters = #("\xe4\xf6\xfc"):gsub("%A", "") + (("\xe4"):upper() == "\xe4" and 0 or 1)
client "users" { arrivals = poisson "90/s", target = "web" }
service "web" { workers = 1 + letters, work = exponential "10ms" }
run { duration = "5s", warmup = "0s", replications = 1 }
L
locales=0
if localedef -f ISO-8859-1 -i de_DE "$dir/latin" >"$dir/localedef" 2>&1; then locales=1; fi
result letters "$dir/letters.lua"
env LOCPATH="$dir" LC_ALL=latin "$ARCHSIM" run "$dir/letters.lua" -q --json - | comparable >"$dir/latin_letters"

grep -q '"fingerprint"' "$dir/first" || { echo "no fingerprint in the JSON"; exit 1; }
for name in again threads backwards plain_libc; do
  cmp "$dir/first" "$dir/$name" || { echo "FAILED: $name differs"; exit 1; }
done
cmp "$dir/letters" "$dir/latin_letters" || { echo "FAILED: the locale changes the result"; exit 1; }
[ "$locales" = 1 ] || echo "not tried: a locale of single bytes, $(cat "$dir/localedef")"
if cmp -s "$dir/first" "$dir/other_seed"; then echo "FAILED: another seed gives the same"; exit 1; fi
echo "6 passed, 0 failed"
