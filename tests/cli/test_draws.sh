#!/usr/bin/env bash
# Aim: no block of random numbers is drawn twice in a run (tests/unit/draws.c): builds the engine and
# the kinds once more, so that they show what they draw. Not optimised: most of the time is the compiler's.
set -euo pipefail
top=$ARCHSIM_SOURCE
build=$(dirname -- "$(readlink -f -- "$ARCHSIM")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
includes=()
for folder in "$top"/sim/base "$top"/sim/core "$top"/models "$top"/models/*/ "$top"/tests/unit; do
  includes+=(-I"$folder")
done
"${CC:-cc}" -std=gnu17 -O0 -ffp-contract=off -D_GNU_SOURCE -DRNG_RECORD "${includes[@]}" -I"$top"/models/steps \
  -o "$work"/draws "$top"/sim/base/*.c "$top"/sim/core/*.c "$top"/models/*.c "$top"/models/*/*.c \
  "$build"/models/registry.c "$build"/models/steps.c "$top"/tests/unit/{draws,harness,storm}.c -lcmocka -lm
"$work"/draws
