#!/usr/bin/env bash
# Aim: no test lies in the tree without being run (meson takes lists, not patterns, so a new test
# file that nobody listed would pass for ever), and nothing lies at the top that is not of the house.
#
#   tests/style/listed.sh [TREE]
set -euo pipefail
cd -- "${1:-$(dirname -- "$0")/../..}"

status=0
for file in tests/unit/test_*.c tests/theory/test_*.c tests/cli/test_*.sh tests/cluster/test_*.sh tests/browser/test_*.sh tests/style/*.sh; do
  [ -e "$file" ] || continue
  name=$(basename -- "$file")
  name=${name%.*}
  case $file in
    tests/theory/*) list=tests/theory/meson.build ;;
    *) list=tests/meson.build ;;
  esac
  # Lists name either the whole file or what follows "test_".
  if ! grep -qE "'(test_)?${name#test_}(\\.[ch]|\\.sh)?'" "$list"; then
    echo "$file is not named in $list"
    status=1
  fi
done
# A script ends at its `finish`: what stands behind it never runs.
for file in tests/cli/test_*.sh; do
  [ -e "$file" ] || continue
  behind=$(awk 'ends && NF && !/^#/ { print NR; exit } /^finish$/ { ends = 1 }' "$file")
  if [ -n "$behind" ]; then
    echo "$file:$behind: stands behind \`finish\`, so it never runs"
    status=1
  fi
done
for file in models/*.c models/*/*.c; do
  name=$(basename -- "$file" .c)
  if ! grep -qE "'(.*/)?$name(\\.c)?'" models/meson.build; then
    echo "$file is not named in models/meson.build"
    status=1
  fi
done
if [ -e .git ] && command -v git >/dev/null; then
  while read -r entry; do
    case $entry in
      .ci | .clang-format | .editorconfig | .gitignore | .luacheckrc | .shellcheckrc) ;;
      CHANGELOG.md | CONTRIBUTING.md | LICENSE | README.md | meson.build | meson_options.txt) ;;
      docs | models | plots | scenarios | scripts | sim | tests) ;;
      *)
        echo "$entry: the top level has no such file; a scratch file, or one for a room below"
        status=1
        ;;
    esac
  done < <(git ls-files | cut -d/ -f1 | sort -u)
fi
exit "$status"
