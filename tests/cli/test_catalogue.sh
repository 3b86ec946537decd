#!/usr/bin/env bash
# Aim: every scenario of the catalogue keeps its promise. Its goals hold at the shipped seed and at
# nine others, and each line "-- Off: settings" in its head, which takes a mechanism away, makes a
# goal fail. A goal that holds without the mechanism shows nothing.
set -euo pipefail
failed=0
passed=0

# expect STATUS WHAT ARGUMENT...: runs the scenario and compares its exit status.
expect() {
  local want=$1 what=$2 got=0
  shift 2
  "$ARCHSIM" run "$@" -q >"$out" 2>&1 || got=$?
  if [ "$got" -eq "$want" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $what: exit $got, expected $want"
    cat "$out"
  fi
}

out=$(mktemp)
trap 'rm -f "$out"' EXIT
for scenario in "$ARCHSIM_SOURCE"/scenarios/*.lua; do
  name=$(basename "$scenario" .lua)
  for seed in 1 2 3 4 5 6 7 8 9 10; do
    expect 0 "$name at seed $seed" "$scenario" --seed "$seed"
  done
  off=0
  while read -r settings; do
    off=$((off + 1))
    args=()
    for setting in $settings; do args+=(-s "$setting"); done
    expect 1 "$name without its mechanism ($settings)" "$scenario" "${args[@]}"
  done < <(sed -n 's/^-- Off: *\([^ ]*=[^ ]*\( [^ ]*=[^ ]*\)*\).*/\1/p' "$scenario")
  if [ "$off" -eq 0 ]; then
    failed=$((failed + 1))
    echo "FAILED: $name has no line '-- Off: name=value'"
  fi
done
echo "catalogue: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
