# shellcheck shell=bash
# For tests of the command line: run in a folder of their own, compare exit codes, look into outputs.
# To be sourced after `archsim` was set.

: "${archsim:?path of the archsim binary}"
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cd -- "$folder" || exit

failures=0
fail() {
  echo "FAILED: $*"
  head -n 20 out 2>/dev/null | sed 's/^/    out: /'
  head -n 20 err 2>/dev/null | sed 's/^/    err: /'
  failures=$((failures + 1))
}

# expect CODE ARGUMENT...: runs archsim with output in out and err, and compares the exit code.
expect() {
  local wanted=$1 code=0
  shift
  "$archsim" "$@" >out 2>err </dev/null || code=$?
  [ "$code" -eq "$wanted" ] || fail "archsim $*: exit code $code, not $wanted"
}
# To start a process may take longer than archsim needs, so the shell looks into short texts itself.

# has FILE TEXT: whether TEXT is somewhere in FILE, as it stands.
has() {
  local LC_ALL=C pieces
  mapfile -d '' pieces <"$1"
  [[ ${pieces[*]} == *"$2"* ]]
}
in_out() { has out "$1" || fail "standard output lacks '$1'"; }
in_err() { has err "$1" || fail "standard error lacks '$1'"; }
no_out() { [ ! -s out ] || fail "standard output is not empty"; }
# On a slow machine lines of progress may be there.
no_err() {
  [ -s err ] || return 0
  ! grep -qvE '^archsim: [0-9]+ % done' err || fail "standard error is not empty"
}
one_sentence() {
  local lines
  mapfile -t lines <err
  [ "${#lines[@]}" -eq 1 ] || fail "not one sentence"
  [[ ${lines[*]} == 'archsim: '* ]] || fail "does not begin with 'archsim: '"
}

# The interpreter itself: what stands first on the path may be a script that looks for it each time.
python3() {
  : "${python:=$(command python3 -c 'import sys; print(sys.executable)')}"
  "$python" "$@"
}

# holds EXPRESSION: one of Python (which comes with meson) on the JSON in out; at("capacity lo") is the
# number there, of("c.latency.mean diff lo") the same below "metrics".
holds() {
  python3 -S -E - "$1" <<'PY' || fail "$1"
import json, sys
tree = json.load(open("out"))
def at(path, node=tree):
    for key in path.split(): node = node[int(key) if key.isdigit() else key]
    return node
def of(path): return at(path, tree["metrics"])
sys.exit(not eval(sys.argv[1]))
PY
}

finish() {
  [ "$failures" -eq 0 ] || exit 1
  echo 'all passed'
}
