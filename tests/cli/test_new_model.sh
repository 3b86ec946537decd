#!/usr/bin/env bash
# Aim: scripts/new-model makes a kind that compiles without a warning, whose test passes, which
# `describe` and `check` know, and which keeps the house style; wrong names are refused and change nothing.
#
# Works on a copy of the tree, and compiles only what is new there: the rest comes from the build folder
# of ARCHSIM.
set -euo pipefail
source=${ARCHSIM_SOURCE:-$(cd -- "$(dirname -- "$0")/../.." && pwd)}
archsim=$(readlink -f -- "${ARCHSIM:-$source/build/archsim}")
build=$(dirname -- "$archsim")
tree=$(mktemp -d)
trap 'rm -rf -- "$tree"' EXIT

fail() {
  echo "test_new_model: $*"
  exit 1
}

(cd "$source" && tar --exclude=.git --exclude='./build*' -cf - .) | tar -xf - -C "$tree"
cd "$tree"

# refuse NAME WORDS: exit 2, a message with these words, no file changed.
refuse() {
  local before after status=0
  before=$(find models tests -type f -exec sha256sum {} + | LC_ALL=C sort)
  scripts/new-model "$1" >out 2>&1 || status=$?
  [ "$status" -eq 2 ] || fail "new-model '$1' ended with $status"
  grep -q -- "$2" out || fail "new-model '$1' says: $(cat out)"
  after=$(find models tests -type f -exec sha256sum {} + | LC_ALL=C sort)
  [ "$before" = "$after" ] || fail "new-model '$1' changed files"
}
refuse '' 'give the name'
refuse Upper snake_case
refuse 9lives snake_case
refuse two__bars snake_case
refuse ../evil snake_case
refuse a_name_that_is_much_too_long 'longer than'
refuse service 'already'
refuse backoff 'exists already'
refuse work 'something else'
refuse while 'word of C or Lua'
refuse sim 'exists already'
refuse calls 'choose another name'

if scripts/new-model turnstile nowhere >out 2>&1; then fail 'a room that is not there is taken'; fi
grep -q 'no room' out || fail "an unknown room: $(cat out)"

scripts/new-model turnstile >out
grep -A 99 '^kinds = \[' models/meson.build | sed '/^\]/q' | grep "^  '" >kinds
LC_ALL=C sort -c kinds || fail 'the list of kinds is not in order'
refuse turnstile 'already'

meson setup fresh -Dwerror=true -Db_lto=false -Dbuildtype=debug >log 2>&1 ||
  { cat log; fail 'set-up failed'; }
meson introspect --tests fresh | grep -q '"model_turnstile"' || fail 'its test is not known'
new=(models/libmodels_serve.a.p/serve_turnstile.c.o
  models/libmodels.a.p/meson-generated_.._registry.c.o
  tests/test_model_turnstile.p/unit_test_model_turnstile.c.o)
ninja -C fresh "${new[@]}" >log 2>&1 || { tail -n 40 log; fail 'build failed'; }
read -ra libraries < <(pkg-config --libs lua5.4 gthread-2.0 jansson sqlite3 cmocka)
# What meson would link, but for the objects that are as in the build folder.
link() {
  local out=$1
  shift
  "${CC:-cc}" -o "$out" "$@" fresh/models/libmodels_serve.a.p/serve_turnstile.c.o \
    fresh/models/libmodels.a.p/meson-generated_.._registry.c.o -Wl,--start-group \
    "$build"/sim/*/lib*.a "$build"/models/lib*.a -Wl,--end-group \
    "${libraries[@]}" -lm >log 2>&1 ||
    { tail -n 40 log; fail "linking $out failed"; }
}
link fresh/archsim "$build"/archsim.p/sim_main.c.o
link fresh/test_model_turnstile fresh/tests/test_model_turnstile.p/unit_test_model_turnstile.c.o
ARCHSIM_SOURCE=$tree fresh/test_model_turnstile >log 2>&1 || { cat log; fail 'its test failed'; }

fresh/archsim describe turnstile >out || fail 'describe turnstile failed'
for word in turnstile workers queue work refused; do
  grep -q "$word" out || fail "describe does not show '$word'"
done
cat >scenario.lua <<'LUA'
client "users" { arrivals = poisson "50/s", target = "gate" }
turnstile "gate" { workers = 1, queue = 3, work = exponential "10ms" }
goal "gate.refused > 0"
run { duration = "60s", warmup = "5s", replications = 2 }
LUA
fresh/archsim check scenario.lua >out 2>&1 || { cat out; fail 'check failed'; }
fresh/archsim run scenario.lua >out 2>&1 || { cat out; fail 'run failed'; }
sed -i 's/workers/workres/' scenario.lua
if fresh/archsim check scenario.lua >out 2>&1; then fail 'a misspelt parameter is accepted'; fi
grep -q "workers" out || fail "no spelling is suggested: $(cat out)"
if command -v clang-format >/dev/null; then
  clang-format --dry-run -Werror models/serve/turnstile.c tests/unit/test_model_turnstile.c ||
    fail 'not formatted'
fi
tests/style/banned.sh . >out || true # what else lies in the tree is not the question here
if grep turnstile out; then fail 'banned calls'; fi
tests/style/listed.sh . || fail 'not listed'
