#!/usr/bin/env bash
# Aim: no block of random numbers is drawn twice in a run (tests/unit/draws.c): builds the engine and
# the kinds once more, so that they show what they draw. Not optimised: most of the time is the compiler's.
set -euo pipefail
top=$ARCHSIM_SOURCE
build=$(dirname -- "$(readlink -f -- "$ARCHSIM")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags=(-std=gnu17 -O0 -ffp-contract=off -D_GNU_SOURCE -DRNG_RECORD)
rooms=("$top"/sim/base "$top"/sim/core "$top"/models)
while read -r folder; do flags+=(-I"$folder"); done < <(find "${rooms[@]}" "$top"/tests/unit -type d)
# Each file by itself, so that ccache, where there is one, knows it again.
compiler=("${CC:-cc}")
if command -v ccache >/dev/null; then compiler=(ccache "${compiler[@]}"); fi
# shellcheck disable=SC2016 # it is the inner shell's
{
  find "${rooms[@]}" -name '*.c' -print0
  # What meson made; the texts of kinds in Lua are not needed.
  find "$build"/sim/core "$build"/models -maxdepth 1 -name '*.c' ! -name 'prelude_text.c' -print0
  printf '%s\0' "$top"/tests/unit/{draws,harness,storm}.c
} |
  xargs -0 -P "$(nproc)" -I {} bash -c 'name=${1//\//_}; shift; exec "$@" -o "$0/$name.o"' \
    "$work" {} "${compiler[@]}" "${flags[@]}" -c {}
"${CC:-cc}" -o "$work"/draws "$work"/*.o -lcmocka -lm
"$work"/draws
