#!/usr/bin/env bash
# Aim: the manual is whole: docs/kinds has the page of each kind, word for word what
# `archsim describe KIND --markdown` prints; each kind has a man page that formats without a warning;
# docs/README.md names every page; docs/metrics.md defines every metric that all components or
# clients have; links lead somewhere, also in HTML.
#
#   tests/cli/test_docs.sh [--update]      writes docs/kinds, and its list in docs/README.md
set -euo pipefail
root=$(cd -- "$(dirname -- "$0")/../.." && pwd)
archsim=$(realpath -- "${ARCHSIM:-$root/build/archsim}")
update=false
[ "${1:-}" != --update ] || update=true
. "$root/tests/cli/expect.sh"

"$archsim" describe | sed -n '/^Components/,/^$/s/^  \([a-z_]\{1,\}\) *.*/\1/p' >kinds
[ "$(wc -l <kinds)" -ge 5 ] || fail 'no kinds'

# --- pages of kinds ---
while read -r kind; do
  page=$root/docs/kinds/$kind.md
  expect 0 describe "$kind" --markdown
  no_err
  if $update; then cp out "$page"; fi
  cmp -s out "$page" || fail "docs/kinds/$kind.md is out of date: tests/cli/test_docs.sh --update"
  for title in 'Model and assumptions' 'Left out' Parameters Metrics Faults Example; do
    has out $'\n'"## $title"$'\n' || fail "$kind has no section '$title'"
  done
  expect 0 help --man "$kind"
  grep -q "^\\.TH ARCHSIM.* 7 " out || fail "archsim-$kind is not of section 7"
  if command -v groff >/dev/null; then
    groff -man -ww -Tascii out >page 2>err || fail "groff does not take archsim-$kind(7)"
    no_err
  fi
done <kinds
mapfile -t kinds <kinds
for page in "$root"/docs/kinds/*.md; do
  page=${page##*/}
  [[ " ${kinds[*]} " == *" ${page%.md} "* ]] || fail "$page is about no kind"
done
expect 2 describe servcie --markdown
in_err "did you mean 'service'?"
expect 2 describe --markdown
in_err 'needs a kind'

# --- table of contents ---
# The list of kinds, with what `describe` says of each in one sentence.
while read -r kind; do
  echo "- [$kind](kinds/$kind.md): $(sed -n 3p "$root/docs/kinds/$kind.md")"
done <kinds >list
awk '
  /^<!-- kinds -->$/ { print; inside = 1; while ((getline line < "list") > 0) print line; next }
  /^<!-- end -->$/ { inside = 0 }
  !inside' "$root/docs/README.md" >contents
if $update; then cat contents >"$root/docs/README.md"; fi
cmp -s contents "$root/docs/README.md" ||
  fail "the kinds in docs/README.md are out of date: tests/cli/test_docs.sh --update"
(cd "$root/docs" && find . -name '*.md' -not -path ./README.md) | sed 's,^\./,,' >pages
while read -r page; do
  has "$root/docs/README.md" "]($page)" || fail "docs/README.md does not name $page"
done <pages

# --- metrics ---
# metrics_of KIND HEADING: the names that describe lists under it.
metrics_of() {
  "$archsim" describe "$1" | awk -v heading="$2" '
    $0 == heading { inside = 1; next }
    /^[^ ]/ { inside = 0 }
    inside && /^  [^ ]/ { print $1 }'
}
{
  metrics_of service 'Metrics of every component'
  metrics_of client Metrics
} >names
[ "$(wc -l <names)" -ge 30 ] || fail 'no metrics'
sed 's/<op>/<operation>/' "$root/docs/metrics.md" >defined
while read -r name; do
  has defined "\`$name\`" || has defined "\`<client>.${name//<metric>/METRIC}\`" ||
    fail "docs/metrics.md does not define $name"
done <names

# --- links ---
for page in "$root"/README.md "$root"/docs/*.md "$root"/docs/*/*.md; do
  while read -r link; do
    [ -e "${page%/*}/${link%%#*}" ] || fail "$page: there is no $link"
  done < <(grep -o '](\([^)#:]*\)[^):]*)' "$page" | sed 's/^](//; s/)$//' | grep -v '^#' || true)
done
if command -v cmark-gfm >/dev/null; then
  "$root/scripts/manual" "$folder/manual" >out 2>err || fail 'scripts/manual finds dead links'
  ! grep -rlE '(src|href|url)[=(]"?(https?:)?//' manual --include='*.css' || fail 'something is fetched'
  ! grep -rl '<script' manual || fail 'there is a script'
fi

finish
