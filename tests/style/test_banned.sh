#!/usr/bin/env bash
# Aim: each rule of banned.sh finds its offence, and innocent code passes. Without this a rule with a
# mistyped pattern would never fail.
set -euo pipefail
here=$(cd -- "$(dirname -- "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf -- "$tree" "$tree.out"' EXIT
failed=0

# All lines go into files of their own, all bad ones are judged at once, all good ones at once.
number=0
places=()
lines=()
add() { # FILE LINE
  number=$((number + 1))
  local file=${1%/*}/case$number.${1##*.}
  mkdir -p "$tree/${1%/*}"
  printf '%s\n' "$2" >"$tree/$file"
  places+=("$file")
  lines+=("$2")
}

add sim/core/a.c 'int a = rand();'
add tests/unit/a.c 'double a = drand48();'
add models/a.c 'gettimeofday(&a, 0);'
add sim/run/a.c 'strcpy(a, b);'
add sim/run/a.c 'strcat(a, b);'
add sim/run/a.c 'sprintf(a, "x");'
add sim/script/a.c 'char *a = strtok(b, ",");'
add sim/run/a.c 'int a = atoi(b);'
add sim/run/a.c 'double a = atof(b);'
add models/a.c 'char *a = alloca(3);'
add sim/core/a.c 'uint64_t a = time(NULL);'
add models/a.c 'clock_gettime(CLOCK_MONOTONIC, &a);'
add sim/core/a.c 'double a = -log(b);'
add models/a.c 'double a = pow(b, c);'
add models/a.c 'double a = 1 / expf(b);'
add sim/core/a.c 'static _Thread_local const int a;'
add sim/core/a.c 'static int a;'
add models/a.c '  static struct table a = {0};'
add models/a.c 'const char *a = getenv("A");'
add models/a.c '#include <lua.h>'
add sim/run/a.c '#include "lauxlib.h"'
add sim/script/a.c '#include <glib.h>'
add sim/core/a.c '#include <jansson.h>'
add sim/core/a.c '#include <gsl/gsl_rng.h>'
add models/a.c '#include "../sim/core/sim.h"'
add sim/core/a.c 'printf("%p", a);'
add docs/a.md "TO""DO: write this"
add models/a.c "/* FIX""ME */"
add docs/a.md 'The server refuses who''ever comes.'
add scripts/a.sh "cd /wo""rk/main"

"$here/banned.sh" "$tree" >"$tree.out" && { echo 'no offence found'; failed=1; }
for i in "${!places[@]}"; do
  if ! grep -qF -- "${places[i]}:1:" "$tree.out"; then
    echo "not found: ${places[i]%/*}: ${lines[i]}"
    failed=1
  fi
done

rm -rf -- "${tree:?}"/*
add sim/core/a.c '/* draws log(x) by rand() */ int a = 1; // time() of strcpy()'
add sim/core/a.c 'const char *a = "log(x)"; double b = det_log(c);'
add sim/core/a.c 'static const int a = 1;'
add sim/core/a.c 'static int twice(int a) {'
add sim/core/a.c 'static inline uint64_t draw(void);'
add sim/core/a.c 'double service_time(int a);'
add sim/run/a.c 'double a = log(b) + (double)time(NULL);'
add sim/run/a.c '#include <glib.h>'
add sim/script/a.c '#include <lua.h>'
add tests/unit/a.c '#include <gsl/gsl_cdf.h>'

if ! "$here/banned.sh" "$tree"; then
  echo 'innocent code is judged'
  failed=1
fi
exit "$failed"
