#!/usr/bin/env bash
# Aim: includes go one way. A room may include headers of its own and of rooms further up in the
# list; rooms on one line do not see each other.
#
#   tests/style/direction.sh [TREE]
#
# The build says the same with include folders. This check names the file and the line, and finds a
# header that two rooms have under one name.
set -euo pipefail
cd -- "${1:-$(dirname -- "$0")/../..}"

order='
sim/base
sim/core/policy
sim/core
sim/core/keys sim/core/locks sim/core/messages sim/core/transactions
sim/core/faults sim/core/follow sim/core/measure sim/core/network sim/core/outbound sim/core/phases sim/core/physics sim/core/work
models/lib
models/edge/algorithms models/cache/policies
models/steps models/traffic models/serve models/edge models/cache models/queue models/data models/host models/control models/peer
models/control/signals models/control/actions
models
sim/analyse
sim/script
sim/script/faults sim/script/sandbox sim/script/text sim/script/traffic sim/script/values
sim/manual
sim/run/base
sim/run/experiment
sim/run/lint
sim/run/diagnose
sim/run/study
sim/run/report
sim/run/sweep
sim/run/plot
sim/run/page
sim/run/cli
sim
'

# shellcheck disable=SC2016 # awk's own names
find sim models -name '*.[ch]' | LC_ALL=C sort | xargs awk -v order="$order" '
  function folder(path) { sub(/\/[^\/]*$/, "", path); return path }
  BEGIN {
    lines = split(order, line, "\n")
    for (i = 1; i <= lines; i++) {
      rooms = split(line[i], room, " ")
      for (k = 1; k <= rooms; k++) rank[room[k]] = i
    }
    for (i = 1; i < ARGC; i++) {
      here = folder(ARGV[i])
      if (!(here in rank)) {
        print ARGV[i] ": the room " here " is not in the list of tests/style/direction.sh"
        bad = 1
      }
      name = ARGV[i]
      sub(/.*\//, "", name)
      if (name !~ /\.h$/) continue
      if (name in home) { print ARGV[i] ": " home[name] " has a header of that name too"; bad = 1 }
      home[name] = folder(ARGV[i])
    }
  }
  FNR == 1 { here = folder(FILENAME) }
  /^#include "/ {
    split($0, part, "\"")
    there = home[part[2]]
    if (there == "" || there == here || rank[there] < rank[here]) next
    print FILENAME ":" FNR ": " here " may not include " part[2] " of " there
    bad = 1
  }
  END { exit bad }' || exit 1
