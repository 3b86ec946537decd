#!/usr/bin/env bash
# Aim: each rule of banned.sh finds its offence, and innocent code passes. Without this a rule with a
# mistyped pattern would never fail.
set -euo pipefail
here=$(cd -- "$(dirname -- "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf -- "$tree"' EXIT
failed=0

# judge WANTED FILE LINE: WANTED is `bad` or `good`.
judge() {
  local wanted=$1 file=$2 line=$3 verdict=good
  mkdir -p "$tree/$(dirname -- "$file")"
  printf '%s\n' "$line" >"$tree/$file"
  "$here/banned.sh" "$tree" >"$tree/out" || verdict=bad
  if [ "$verdict" != "$wanted" ]; then
    echo "judged $verdict instead of $wanted: $file: $line"
    failed=1
  elif [ "$wanted" = bad ] && ! grep -qF -- "$file:1:" "$tree/out"; then
    echo "no place named: $file: $line"
    failed=1
  fi
  rm -f -- "$tree/$file" "$tree/out"
}

judge bad sim/core/a.c 'int a = rand();'
judge bad tests/unit/a.c 'double a = drand48();'
judge bad models/a.c 'gettimeofday(&a, 0);'
judge bad sim/run/a.c 'strcpy(a, b);'
judge bad sim/run/a.c 'strcat(a, b);'
judge bad sim/main.c 'sprintf(a, "x");'
judge bad sim/script/a.c 'char *a = strtok(b, ",");'
judge bad sim/main.c 'int a = atoi(b);'
judge bad sim/main.c 'double a = atof(b);'
judge bad models/a.c 'char *a = alloca(3);'
judge bad sim/core/a.c 'uint64_t a = time(NULL);'
judge bad models/a.c 'clock_gettime(CLOCK_MONOTONIC, &a);'
judge bad sim/core/a.c 'double a = -log(b);'
judge bad models/a.c 'double a = pow(b, c);'
judge bad models/a.c 'double a = 1 / expf(b);'
judge bad sim/core/a.c 'static _Thread_local const int a;'
judge bad sim/core/a.c 'static int a;'
judge bad models/a.c '  static struct table a = {0};'
judge bad models/a.c 'const char *a = getenv("A");'
judge bad models/a.c '#include <lua.h>'
judge bad sim/run/a.c '#include "lauxlib.h"'
judge bad sim/script/a.c '#include <glib.h>'
judge bad sim/core/a.c '#include <jansson.h>'
judge bad sim/core/a.c '#include <gsl/gsl_rng.h>'
judge bad models/a.c '#include "../sim/core/sim.h"'
judge bad sim/core/a.c 'printf("%p", a);'
judge bad docs/a.md "TO""DO: write this"
judge bad models/a.c "/* FIX""ME */"
judge bad scripts/a "cd /wo""rk/main"

judge good sim/core/a.c '/* draws log(x) by rand() */ int a = 1; // time() of strcpy()'
judge good sim/core/a.c 'const char *a = "log(x)"; double b = det_log(c);'
judge good sim/core/a.c 'static const int a = 1;'
judge good sim/core/a.c 'static int twice(int a) {'
judge good sim/core/a.c 'static inline uint64_t draw(void);'
judge good sim/core/a.c 'double service_time(int a);'
judge good sim/run/a.c 'double a = log(b) + (double)time(NULL);'
judge good sim/run/a.c '#include <glib.h>'
judge good sim/script/a.c '#include <lua.h>'
judge good tests/unit/a.c '#include <gsl/gsl_cdf.h>'

exit "$failed"
