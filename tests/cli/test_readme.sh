#!/usr/bin/env bash
# Aim: what README.md shows is what the program prints: the first block is the report of
# scenarios/url_shortener.lua, the fourth the goals of the example in the third.
#
#   tests/cli/test_readme.sh [--update]      writes README.md again
set -euo pipefail
root=$(cd -- "$(dirname -- "$0")/../.." && pwd)
archsim=$(realpath -- "${ARCHSIM:-$root/build/archsim}")
readme=$root/README.md
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
export LC_ALL=C.UTF-8

awk '/^```/ { if (!inside) block++; inside = !inside; next } inside && block == 3' "$readme" \
  >"$folder/two.lua"
cd -- "$root"
"$archsim" run scenarios/url_shortener.lua --color=never >"$folder/report"
status=0
"$archsim" run "$folder/two.lua" --color=never >"$folder/example" || status=$?
[ "$status" -eq 1 ] || { echo "the example ended with $status, but README.md says: not met"; exit 1; }
sed -n '/^goals /,/^$/p' "$folder/example" | sed '$d' >"$folder/goals"

awk -v report="$folder/report" -v goals="$folder/goals" '
  /^```/ {
    print
    if (!inside) {
      block++
      file = block == 1 ? report : block == 4 ? goals : ""
      while (file != "" && (getline line < file) > 0) print line
    }
    inside = !inside
    next
  }
  !inside || (block != 1 && block != 4)' "$readme" >"$folder/wanted"

if [ "${1:-}" = --update ]; then
  cat "$folder/wanted" >"$readme"
  exit
fi
timing='^[0-9.]*[kM]\? events in' # wall time is the one thing that differs
if ! diff <(grep -v "$timing" "$readme") <(grep -v "$timing" "$folder/wanted"); then
  echo 'README.md is out of date: tests/cli/test_readme.sh --update'
  exit 1
fi
