#!/usr/bin/env bash
# Aim: what the manual shows works. In README.md and docs/ each fenced block says what it is:
#
#   ```lua                a whole scenario: `archsim check` takes it, and one replication runs
#   ```lua NAME.lua       the same, and the page's commands find it under this name
#   ```lua fragment       becomes one with the client, and the service, of docs/scenario-language.md
#   ```csv NAME.csv       a file that the page's scenarios and commands find
#   ```console            lines "$ COMMAND", each with what it prints; compared (--update: written)
#   ```sh                 each line that begins with archsim runs, on the files of the page or on
#                         tests/cli/examples/shop.lua; what it finds out is not looked at
#   ```LANGUAGE not-run   stated not to be tested
#   ```                   shows an output or a text, and holds no command; another test compares it
#
# Anything else fails. Wall times are not compared.
#
#   tests/cli/test_examples.sh [--update]
set -euo pipefail
root=$(cd -- "$(dirname -- "$0")/../.." && pwd)
archsim=$(realpath -- "${ARCHSIM:-$root/build/archsim}")
here=$root/tests/cli/examples
update=false
[ "${1:-}" != --update ] || update=true
. "$root/tests/cli/expect.sh"
export LC_ALL=C.UTF-8 NO_COLOR=1
mkdir bin
ln -s "$archsim" bin/archsim
PATH=$folder/bin:$PATH
tested=0

wrong() {
  fail "$page:$line: $*"
}

# without_times: the one thing that differs from run to run.
without_times() {
  sed -E 's/ in [0-9.]+ (us|ms|s|min) \([0-9.]+[kMG]?\/s\)//'
}

# scenario FILE: is whole and runs.
scenario() {
  tested=$((tested + 1))
  archsim check "$1" >out 2>err || { wrong 'archsim check refuses it'; return; }
  local code=0
  archsim run "$1" -r 1 -q >out 2>err || code=$?
  case $code in 0 | 1 | 3) ;; *) wrong "one replication ends with $code" ;; esac
}

# fragment BLOCK: with what the page of the language says is understood.
fragment() {
  {
    grep -q 'client[ (]*"' "$1" ||
      echo 'client "users" { arrivals = poisson "90/s", target = "web" }'
    grep -q '\(service\|load_balancer\)[ (]*"web"' "$1" ||
      echo 'service "web" { workers = 4, work = exponential "10ms" }'
    cat "$1"
  } >fragment.lua
  scenario fragment.lua
}

# shell BLOCK: runs the lines that call archsim, and those that edit a file of the page.
shell() {
  local command code
  while read -r command; do
    case $command in
      'archsim '* | 'build/archsim '*) tested=$((tested + 1)) ;;
      'sed -i '*) ;;
      *archsim\ *) wrong "neither run nor marked not-run: $command"; continue ;;
      *) continue ;;
    esac
    code=0
    bash -c "${command#build/}" >out 2>err </dev/null || code=$?
    case $code in 0 | 1 | 3) ;; *) wrong "exit code $code: $command" ;; esac
  done < <(sed -e ':a' -e '/\\$/{N;s/\\\n//;ta' -e '}' "$1")
}

# console BLOCK: its commands again, each with what it prints now, in BLOCK.new.
console() {
  local text
  while IFS= read -r text; do
    [[ $text == '$ '* ]] || continue
    tested=$((tested + 1))
    printf '%s\n' "$text"
    bash -c "${text#\$ }" </dev/null 2>&1 | sed "/^archsim: [0-9]* % done/d" || true
  done <"$1" >"$1.new"
  grep -q '^\$ ' "$1" || wrong 'a console block without a command'
  if diff <(without_times <"$1") <(without_times <"$1.new") >out 2>err; then
    rm -f "$1.new"
  elif ! $update; then
    wrong "prints something else; $0 --update writes it"
    rm -f "$1.new"
  fi
}

block() {
  local file=$1 language=$2 words=$3
  [ "$words" != not-run ] || return 0
  case $language:$words in
    lua:) cp "$file" whole.lua && scenario whole.lua ;;
    lua:fragment) fragment "$file" ;;
    lua:*.lua | csv:*.csv)
      cp "$file" "$words"
      [ "$language" = csv ] || scenario "$words"
      ;;
    sh:) shell "$file" ;;
    console:) console "$file" ;;
    -:) ! grep -qE '^(\$ )?(build/)?archsim (run|sweep|compare|capacity|check|merge|plot|report|graph) ' "$file" ||
      wrong 'holds a command: make it sh or console' ;;
    *) wrong "what is a block '$language $words'?" ;;
  esac
}

# Each page in a folder of its own, with what its commands may name.
page() {
  local blocks=$folder/blocks
  page=$1
  cd -- "$folder"
  rm -rf -- work "$blocks"
  mkdir work "$blocks"
  cd work
  ln -s "$root/scenarios" "$root/tests" .
  cp "$here"/*.lua .
  echo 'return { workers = 8 }' >common.lua
  awk -v folder="$blocks" -f "$here/split.awk" "$root/$page" >"$blocks/list"
  while read -r n line language words; do
    block "$blocks/$n" "$language" "$words"
  done <"$blocks/list"
  if compgen -G "$blocks/*.new" >/dev/null; then
    awk -v folder="$blocks" -f "$here/join.awk" "$root/$page" >"$blocks/page"
    cat "$blocks/page" >"$root/$page"
  fi
}

mapfile -t pages < <(cd "$root" && find README.md docs -name '*.md' | LC_ALL=C sort)
for each in "${pages[@]}"; do
  page "$each"
done
[ "$tested" -ge 50 ] || fail "only $tested examples were found"
cd -- "$folder"
echo "$tested examples of ${#pages[@]} pages"
finish
