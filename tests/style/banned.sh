#!/usr/bin/env bash
# Aim: calls, includes and words that the house rules forbid (CONTRIBUTING.md) are not in the tree.
#
#   tests/style/banned.sh [TREE]
#
# Prints file:line, the line and the remedy for each offence; exit 1 if there is any. Comments and
# string literals do not count where a rule speaks of code.
set -euo pipefail
cd -- "${1:-$(dirname -- "$0")/../..}"

offences=0

# The C code without comments and what stands between quotes, under the same names and with the same
# line numbers. An include's file name is kept.
code=$(mktemp -d)
trap 'rm -rf -- "$code"' EXIT
find sim models tests -type d -name 'build*' -prune -o -type f -name '*.[ch]' -print >"$code/files" 2>/dev/null || true
sed 's|/[^/]*$||' "$code/files" | sort -u | (cd -- "$code" && xargs -r mkdir -p --)
# shellcheck disable=SC2016 # it is awk's $0
xargs -r awk -v code="$code" '
  FNR == 1 {
    if (to != "") close(to)
    to = code "/" FILENAME
    in_comment = 0
  }
  !in_comment && (!/["\047\/]/ || /^[ \t]*#[ \t]*include/) { print > to; next }
  {
    out = ""
    n = length($0)
    for (i = 1; i <= n; i++) {
      c = substr($0, i, 1)
      two = substr($0, i, 2)
      if (in_comment) {
        if (two == "*/") { in_comment = 0; i++ }
      } else if (quote != "") {
        if (c == "\\") i++
        else if (c == quote) { quote = ""; out = out c }
      } else if (two == "/*") { in_comment = 1; out = out " "; i++
      } else if (two == "//") break
      else { if (c == "\"" || c == "\047") quote = c; out = out c }
    }
    quote = ""
    print out > to
  }' <"$code/files"
rm -- "$code/files"

# search FOLDER PATTERN REMEDY PLACE...: reports what the Perl pattern finds below these places.
search() {
  local folder=$1 pattern=$2 remedy=$3 line
  shift 3
  while IFS= read -r line; do
    printf '%s\n    %s\n' "$line" "$remedy"
    offences=$((offences + 1))
  done < <(cd "$folder" && grep -rHnIsP --exclude-dir=.git --exclude-dir='build*' -- "$pattern" "$@" |
    LC_ALL=C sort)
}

ban() { search "$code" "$@"; }    # code
ban_text() { search "$PWD" "$@"; } # any text, comments included

all=(sim models tests)
deterministic=(sim/base sim/core models)

ban '\b(rand|srand|random|srandom|[delmn]rand48|rand_r)\s*\(' 'draw from a named stream (rng.h)' "${all[@]}"
ban '\bgettimeofday\s*\(' 'use clock_gettime(CLOCK_MONOTONIC), outside sim/core and models' "${all[@]}"
ban '\b(strcpy|strcat|sprintf|vsprintf|gets)\s*\(' 'give the size: snprintf, memcpy' "${all[@]}"
ban '\bstrtok\s*\(' 'it keeps state: use strcspn or strtok_r' "${all[@]}"
ban '\b(atoi|atol|atoll|atof)\s*\(' 'it cannot report a mistake: use strtol, strtod' "${all[@]}"
ban '\balloca\s*\(' 'use an arena or a fixed size' "${all[@]}"

ban '\b(time|clock|clock_gettime|localtime|gmtime)\s*\(' 'simulated time alone: sim->now_ns' "${deterministic[@]}"
ban '\b(log|log2|log10|log1p|exp|exp2|exp10|expm1|pow|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|lgamma|tgamma|erf|erfc|cbrt|hypot|fma)[fl]?\s*\(' \
  'differs between C libraries and processors: use detmath.h' "${deterministic[@]}"
ban '\b(_Thread_local|__thread|thread_local|pthread_\w+)\b' 'a simulation belongs to one thread' "${deterministic[@]}"
ban '^\s*static\s+(?!.*\()(?!.*\bconst\b)(?!inline)' 'no state outside struct sim: make it const or move it' "${deterministic[@]}"
ban '\b(setlocale|getenv)\s*\(' 'results must not depend on the environment' "${deterministic[@]}" sim/script

ban '#\s*include\s*[<"](lua|lauxlib|lualib|luaconf)\.h' 'only sim/script knows Lua' sim/base sim/core models sim/run sim/main.c
ban '#\s*include\s*[<"](glib|gio|gmodule)' 'only sim/run and sim/main.c know glib' "${deterministic[@]}" sim/script
ban '#\s*include\s*[<"](jansson|sqlite3)' 'only sim/run and sim/main.c read and write results' "${deterministic[@]}" sim/script
ban '#\s*include\s*[<"]gsl/' 'GPL: an oracle in tests only' sim models
ban '#\s*include\s*"\.\./' 'name the header alone; the build gives each layer the folders below it' sim models

ban_text '"[^"]*%p' 'never print or order by pointer' sim/base sim/core models sim/script sim/run
ban_text '\b(TO''DO|FIX''ME|X''XX)\b' 'finish it, or say what is left out in the documentation' \
  sim models tests scripts scenarios plots docs README.md CONTRIBUTING.md CHANGELOG.md meson.build
ban_text '(^|[\s"'"'"'=:(`])/(wo''rk|ho''me|ro''ot)/' 'a path of one machine' \
  sim models tests scripts scenarios plots docs README.md CONTRIBUTING.md CHANGELOG.md meson.build .ci
ban_text '(?i)\b(whoever|whomever|likewise|anew|thereof|hitherto)\b' 'plain words: the caller, also, again' \
  sim models scripts plots docs scenarios README.md CONTRIBUTING.md

if [ "$offences" -gt 0 ]; then
  echo "$offences offences"
  exit 1
fi
