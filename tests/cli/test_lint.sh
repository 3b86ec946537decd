#!/usr/bin/env bash
# Aim: archsim check reports what is doubtful. Each rule of --rules has a scenario of tests/lint that
# it finds fault with, and it alone, and a mended one in which nothing is found; the manual says what
# --rules says; the exit code tells only with --strict.
#
#   tests/cli/test_lint.sh [ARCHSIM]      else $ARCHSIM
set -euo pipefail
archsim=$(realpath -- "${1:-${ARCHSIM:?path of the archsim binary}}")
here=$(realpath -- "$(dirname -- "$0")")
source_root=$(realpath -- "$here/../..")
. "$here/expect.sh"

# --- every rule finds its own, and nothing else ---
expect 0 check --rules
no_err
cp out rules
grep '^[a-z]' rules >ids
[ "$(wc -l <ids)" -ge 20 ] || fail 'there are too few rules'
# findings: the lines in out that begin a finding go to $begun, the words what, why and mend that are
# there to $parts, wide lines that name no file to $wide.
findings() {
  local line
  begun=() parts=() wide=()
  mapfile -t lines <out
  for line in "${lines[@]}"; do
    if [[ $line =~ ^[^\ ]+:\ [a-z-]+:\  ]]; then begun+=("$line"); fi
    if [[ $line =~ ^\ \ (what|why|mend)\ +[^\ ] ]]; then parts+=("${BASH_REMATCH[1]}"); fi
  done
  for line in "${lines[@]:1}"; do # the first line has the path
    if [[ $line != /* ]] && [ "${#line}" -gt 80 ]; then wide+=("$line"); fi
  done
}
mapfile -t ids <ids
for id in "${ids[@]}"; do
  bad=$source_root/tests/lint/$id.bad.lua good=$source_root/tests/lint/$id.good.lua
  if [ ! -f "$bad" ] || [ ! -f "$good" ]; then
    fail "$id lacks $bad or $good"
    continue
  fi
  expect 1 check "$bad" --strict
  no_err
  findings
  [ "${#begun[@]}" -eq 1 ] || fail "$id.bad.lua has not exactly one finding"
  [[ ${begun[*]} =~ ^[^\ ]+\.lua:[0-9]+:\ $id:\  ]] || fail "$id.bad.lua: not found, or nowhere"
  for part in what why mend; do
    [[ " ${parts[*]} " == *" $part "* ]] || fail "$id.bad.lua: the finding lacks $part"
  done
  [ "${#wide[@]}" -eq 0 ] || fail "$id.bad.lua: wider than 80 columns"
  expect 0 check "$good" --strict
  mapfile -t lines <out
  [ "${#lines[@]}" -eq 1 ] || fail "$id.good.lua: something is found"
done
for scenario in "$source_root"/tests/lint/*.lua; do
  id=${scenario##*/}
  [[ " ${ids[*]} " == *" ${id%%.*} "* ]] || fail "$scenario belongs to no rule"
done

# --- what must not be found ---
expect 0 describe
sed -n '/^Components/,/^$/s/^  \([a-z_]\{1,\}\) .*/\1/p' out >kinds
[ -s kinds ] || fail 'there are no kinds'
while read -r kind; do
  expect 0 describe "$kind"
  sed -n '/^Example/,$p' out | sed 1d >example.lua
  [ -s example.lua ] || fail "$kind has no example"
  expect 0 check example.lua --strict
done <kinds

# --- exit codes, JSON, -q ---
bad=$source_root/tests/lint/retries-multiply.bad.lua
expect 0 check "$bad"
in_out '1 finding'
expect 0 check "$bad" -q
no_out
expect 1 check "$bad" -q --strict
no_out
expect 1 check "$bad" --strict --json -
in_out '"rule": "retries-multiply"'
in_out '"line": 2'
in_out '"subject": "users"'
in_out '"findings": ['
expect 0 check "$bad" --json findings.json
grep -q '"schema": 1' findings.json || fail 'the JSON has no schema'
expect 4 check "$bad" --json "$folder/no/such/folder.json"
one_sentence
expect 2 check
in_err 'FILE'
one_sentence
expect 2 check "$bad" --stricht
in_err 'did you mean --strict?'

# --- the manual ---
sed -n '/^<!-- rules -->$/,/^<!-- end -->$/p' "$source_root/docs/linter.md" | grep -v '^<!--\|^```' >manual
cmp -s manual rules ||
  fail "docs/linter.md does not say what archsim check --rules says: $(diff manual rules | head -n 3)"

finish
