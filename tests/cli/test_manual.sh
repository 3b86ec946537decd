#!/usr/bin/env bash
# Aim: each command has a manual page that formats without a warning and names each of its options;
# the completion for bash offers commands, options, values, files, kinds and parameters.
#
#   tests/cli/test_manual.sh [ARCHSIM]      else $ARCHSIM
set -euo pipefail
archsim=$(realpath -- "${1:-${ARCHSIM:?path of the archsim binary}}")
here=$(realpath -- "$(dirname -- "$0")")
. "$here/expect.sh"

# --- manual pages ---
# formatted PAGE: as text, without warnings where a formatter is installed.
formatted() {
  if command -v groff >/dev/null; then
    groff -man -ww -Tascii -P-cbou "$1" >page 2>warnings || fail "groff does not take $1"
    [ ! -s warnings ] || fail "$1: $(head -n 1 warnings)"
  else
    sed "s/\\\\-/-/g; s/\\\\f[BIR]//g; s/\\\\(aq/'/g" "$1" >page
  fi
  tr -s ' \n' ' ' <page >words
}

expect 0 help --man
cp out archsim.1
"$archsim" --help | sed -n 's/^  \([a-z]*\) .*/\1/p' | grep -vx archsim >commands
[ "$(wc -l <commands)" -ge 5 ] || fail 'no commands'
while read -r command; do
  formatted archsim.1
  grep -q "archsim-$command(1)" words || fail "archsim(1) lacks $command"
  grep -q "^manual_of = .*'$command'" "$here/../../docs/meson.build" ||
    fail "$command is not named in docs/meson.build"
  expect 0 help --man "$command"
  cp out page.1
  formatted page.1
  expect 0 "$command" --help
  # In the table every option stands in a line of its own, beside what it does.
  sed -nE 's/^  .{4}(--[a-z0-9-]+)( [^ ]+)? +([^ ].*)$/\1|\3/p' out >options
  [ "$(wc -l <options)" -ge 2 ] || fail "no options in the help of $command"
  while IFS='|' read -r option doc; do
    grep -qF -- "$option" words || fail "archsim-$command(1) lacks $option"
    grep -qF -- "$doc" words || fail "archsim-$command(1) lacks '$doc'"
  done <options
  for title in NAME SYNOPSIS DESCRIPTION OPTIONS EXAMPLES 'SEE ALSO'; do
    grep -qE "^(\.SH )?$title" page || fail "archsim-$command(1) lacks $title"
  done
done <commands
expect 2 help --man rnu
in_err 'did you mean run?'

# --- completion ---
expect 0 help --completion
cp out completion
bash -n completion || fail 'the completion is no bash'
cat >shop.lua <<'LUA'
local rate = param { "rate", "90/s" }
local servers = param {"servers", 2, doc = "x" }
LUA
mkdir -p folder
touch other.txt

# offers WORD...: what is offered for the last word, one a line in out.
offers() {
  bash -c '. ./completion; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _archsim
    printf "%s\n" "${COMPREPLY[@]}"' bash archsim "$@" >out 2>err || fail "completing $*"
  no_err
}
offered() { grep -qxF -- "$1" out || fail "'$1' is not offered"; }
not_offered() { ! grep -qxF -- "$1" out || fail "'$1' is offered"; }

offers ''
while read -r command; do offered "$command"; done <commands
offers com
[ "$(cat out)" = compare ] || fail 'compare is not completed'
offers run ''
offered shop.lua
offered folder
not_offered other.txt
offers run shop.lua --
offered --json
offered --seed
not_offered --off
offers compare shop.lua --of
[ "$(cat out)" = --off ] || fail '--off is not completed'
offers run shop.lua --json ''
offered other.txt
offers run shop.lua --json = oth
offered other.txt
for option in color progress; do
  offers run shop.lua "--$option" =
  [ "$(wc -l <out)" -ge 2 ] || fail "no values of --$option"
  while read -r value; do
    "$archsim" run missing.lua "--$option=$value" 2>err || true
    grep -q 'missing.lua' err || fail "--$option=$value is offered and refused"
  done <out
done
offers run shop.lua -s ''
[ "$(tr '\n' ' ' <out)" = 'rate= servers= ' ] || fail 'the parameters are not offered'
offers capacity shop.lua --over r
[ "$(cat out)" = rate= ] || fail 'the parameter is not completed'
offers describe ca
[ "$(cat out)" = cache ] || fail 'the kind is not completed'
offers help ch
[ "$(cat out)" = check ] || fail 'help does not complete commands'
offers run shop.lua --seed ''
[ -z "$(cat out)" ] || fail 'something is offered for a number'

finish
