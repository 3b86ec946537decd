#!/usr/bin/env bash
# Aim: the templates in docs/templates do what they say. GNU parallel is run; of the others, the
# command lines are, with what their engine would set.
#
#   ARCHSIM_CLUSTER=1 tests/cluster/test_templates.sh [ARCHSIM]      else $ARCHSIM
#
# Without ARCHSIM_CLUSTER=1 it is skipped (exit code 77): GNU parallel is in the group cluster.
set -euo pipefail
if [ "${ARCHSIM_CLUSTER:-}" != 1 ]; then
  echo 'skipped: ARCHSIM_CLUSTER=1 switches it on'
  exit 77
fi
archsim=$(realpath -- "${1:-${ARCHSIM:?path of the archsim binary}}")
templates=$(realpath -- "$(dirname -- "$0")/../../docs/templates")
PATH=$(dirname -- "$archsim"):$PATH
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cd -- "$folder"
die() {
  echo "FAILED: $*"
  exit 1
}

cat >shop.lua <<'LUA'
local rate = param { "rate", "100/s" }
client "c" { arrivals = poisson(rate), target = "s" }
service "s" { workers = 8, work = exponential "10ms" }
goal "s.utilization < 70%"
run { duration = "4s", warmup = "1s", replications = 2 }
LUA
archsim sweep shop.lua -s rate=100..1000:100/s --out local -q || [ $? -eq 1 ] || die 'the local run'
archsim merge local -o local.sqlite -q

# fresh NAME: an empty folder with the scenario.
fresh() {
  mkdir "$folder/$1"
  cd -- "$folder/$1"
  cp ../shop.lua .
}
# check NAME: what was merged here is what a local run gives.
check() {
  cmp shop.sqlite ../local.sqlite || die "$1: another database"
  cmp shop.csv ../local.csv || die "$1: another table"
  echo "$1: ok"
}
# lines FILE: the commands in it, one a line.
lines() { grep -oE 'archsim (sweep|merge) .*' "$templates/$1" | grep -v '^archsim merge.*pod' | sed 's/ # .*//'; }
sweep_of() { lines "$1" | grep '^archsim sweep' | head -n 1; }
merge_of() { lines "$1" | grep '^archsim merge' | tail -n 1; }

fresh parallel
sh "$templates/parallel.sh"
check parallel

fresh github
for i in 1 2 3 4; do
  line=$(sweep_of github.yml)
  bash -ec "${line//'${{ matrix.shard }}'/$i}" || die "github: shard $i"
done
bash -ec "$(merge_of github.yml)" >/dev/null
check github

fresh gitlab
for i in 1 2 3 4; do
  CI_NODE_INDEX=$i CI_NODE_TOTAL=4 bash -ec "$(sweep_of gitlab.yml)" || [ $? -eq 1 ] || die "gitlab: shard $i"
done
bash -ec "$(merge_of gitlab.yml)" >/dev/null
check gitlab

fresh kubernetes
for i in 0 1 2 3 4 5 6 7; do
  JOB_COMPLETION_INDEX=$i sh -c "$(sweep_of kubernetes.yaml)" || die "kubernetes: pod $i"
done
bash -ec "$(merge_of kubernetes.yaml)" >/dev/null
check kubernetes
