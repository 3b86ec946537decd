#!/usr/bin/env bash
# Aim: direction.sh and size.sh find each offence, and pass what is in order.
set -euo pipefail
here=$(cd -- "$(dirname -- "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf -- "$tree"' EXIT

fail() {
  echo "test_rooms: $*"
  exit 1
}

mkdir -p "$tree"/sim/{base,core,run/base,run/plot} "$tree"/models/{lib,edge,data}
cd "$tree"
touch sim/base/low.h sim/core/middle.h sim/run/plot/high.h models/lib/shared.h models/data/store.h
echo '#include "low.h"' >sim/core/middle.c
echo '#include "shared.h"' >models/edge/proxy.c
echo '#include "middle.h"' >sim/run/plot/high.c
"$here/direction.sh" "$tree" || fail 'includes in order are judged'
"$here/size.sh" "$tree" || fail 'small files are judged'

# refused CHECK WORDS: the check ends with 1 and says these words.
refused() {
  local status=0
  "$here/$1" "$tree" >out 2>&1 || status=$?
  [ "$status" -eq 1 ] || fail "$1 ends with $status: $2"
  grep -qF -- "$2" out || fail "$1 does not say '$2': $(cat out)"
}

echo '#include "middle.h"' >sim/base/low.c
refused direction.sh 'sim/base/low.c:1: sim/base may not include middle.h of sim/core'
rm sim/base/low.c
echo '#include "high.h"' >sim/run/base/number.c
refused direction.sh 'sim/run/base may not include high.h'
rm sim/run/base/number.c
echo '#include "store.h"' >models/edge/proxy.c
refused direction.sh 'models/edge may not include store.h of models/data'
rm models/edge/proxy.c
mkdir sim/attic
touch sim/attic/old.c
refused direction.sh 'the room sim/attic is not in the list'
echo >sim/attic/old.c
refused direction.sh 'the room sim/attic is not in the list'
rm -r sim/attic
touch sim/core/low.h
refused direction.sh 'has a header of that name too'
rm sim/core/low.h

for i in $(seq 41); do echo "/* $i */" >"sim/core/c$i.c"; done
refused size.sh 'divide it into rooms'
rm sim/core/c*.c
for i in $(seq 651); do echo "/* $i */"; done >sim/core/long.c
refused size.sh 'sim/core/long.c: more than 650 lines'
{ echo 'void f(void) {'; for i in $(seq 91); do echo "  g($i);"; done; echo '}'; } >sim/core/long.c
refused size.sh 'sim/core/long.c:1: a function of 92 lines'
