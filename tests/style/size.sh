#!/usr/bin/env bash
# Aim: no room and no file grows beyond what one person can hold in the head.
#
#   tests/style/size.sh [TREE]
#
# At most 40 C sources in a folder, 650 lines in a file and 90 in a function. Tables that a script
# prints do not count.
set -euo pipefail
cd -- "${1:-$(dirname -- "$0")/../..}"

status=0
while read -r n folder; do
  [ "$n" -le 40 ] || { echo "$folder has $n sources: divide it into rooms"; status=1; }
done < <(find sim models -name '*.c' -printf '%h\n' | LC_ALL=C sort | uniq -c)

# shellcheck disable=SC2016 # awk's own names
find sim models -name '*.[ch]' ! -name '*_tables.h' | LC_ALL=C sort | xargs awk '
  FNR == 1 { begins = 0 }
  FNR == 651 { print FILENAME ": more than 650 lines: what are the two things in it?"; bad = 1 }
  /^[a-z].*\) \{$/ { begins = FNR; name = $0 }
  /^  .*\) \{$/ && !begins { begins = FNR; name = $0 }
  /^\}/ {
    if (begins && FNR - begins > 90) {
      print FILENAME ":" begins ": a function of " FNR - begins " lines: " name
      bad = 1
    }
    begins = 0
  }
  END { exit bad }' || status=1
exit "$status"
