#!/usr/bin/env bash
# Aim: no block of random numbers is drawn twice in a run (tests/unit/draws.c): builds what draws in the
# engine and the kinds once more, so that it shows what it draws. A block is drawn where the multiplier
# of its rounds stands in the code; what lacks it is taken as it was built. On processors that make the
# number of pieces no file shows it, and all are compiled.
set -euo pipefail
top=$ARCHSIM_SOURCE
build=$(dirname -- "$(readlink -f -- "$ARCHSIM")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags=(-std=gnu17 -O0 -ffp-contract=off -D_GNU_SOURCE -DRNG_RECORD)
rooms=("$top"/sim/base "$top"/sim/core "$top"/models)
while read -r folder; do flags+=(-I"$folder"); done < <(find "${rooms[@]}" "$top"/tests/unit -type d)

# Lines "OBJECT <tab> SOURCE" of the engine and the kinds. (Python comes with meson.)
cd -- "$build"
python3 -c 'import json
for c in json.load(open("compile_commands.json")):
    if c["output"].startswith(("sim/base/", "sim/core/", "models/")): print(c["output"], c["file"], sep="\t")' >"$work/all"
[ "$(wc -l <"$work/all")" -gt 100 ]
# RNG_MULTIPLIER of rng.h, as little-endian processors hold it.
cut -f 1 "$work/all" | LC_ALL=C xargs grep -lP '\x93\x6e\xce\xb1\x07\x44\xb7\xd2' >"$work/drawing" || true
grep -q 'rng\.c\.o$' "$work/drawing" || cut -f 1 "$work/all" >"$work/drawing"
awk -F '\t' 'NR == FNR { drawing[$1] = 1; next } $1 in drawing { printf "%s%c", $2, 0 }' \
  "$work/drawing" "$work/all" >"$work/sources"
printf '%s\0' "$top"/tests/unit/{draws,harness,players,scene,scene_text,storm}.c >>"$work/sources"

# Each file by itself, so that ccache, where there is one, knows it again.
compiler=("${CC:-cc}")
if command -v ccache >/dev/null; then compiler=(ccache "${compiler[@]}"); fi
# shellcheck disable=SC2016 # it is the inner shell's
xargs -0 -P "$(nproc)" -I {} bash -c 'name=${1//\//_}; shift; exec "$@" -o "$0/own$name.o"' \
  "$work" {} "${compiler[@]}" "${flags[@]}" -c {} <"$work/sources"
# What was compiled here comes first, so that no library is asked for it.
mapfile -t libraries < <(find sim/base sim/core models -name '*.a')
"${CC:-cc}" -fno-lto -o "$work"/draws "$work"/own*.o -Wl,--start-group "${libraries[@]}" -Wl,--end-group -lcmocka -lm
"$work"/draws
