#!/usr/bin/env bash
# Aim: a sweep as a Slurm job array, one of whose nodes dies in the middle, gives the same bytes as a
# run on one machine.
#
#   ARCHSIM_CLUSTER=1 tests/cluster/test_slurm.sh [ARCHSIM]      else $ARCHSIM
#
# Without ARCHSIM_CLUSTER=1 it is skipped (exit code 77): it needs the packages of the group cluster,
# starts daemons and takes a minute or two, most of it until Slurm believes that the node is dead.
set -euo pipefail
if [ "${ARCHSIM_CLUSTER:-}" != 1 ]; then
  echo 'skipped: ARCHSIM_CLUSTER=1 switches it on'
  exit 77
fi
archsim=$(realpath -- "${1:-${ARCHSIM:?path of the archsim binary}}")
. "$(dirname -- "$0")/slurm.sh"

folder=$(mktemp -d)
chmod 755 "$folder" # munge wants it
finish() {
  local status=$?
  set +e # what is stopped may have ended by itself
  cluster_stop
  if [ "$status" -ne 0 ]; then
    tail -n 20 "$folder"/cluster/log/ctld.log "$folder"/sweep/slurm/*.log 2>/dev/null | tail -n 60 || true
  fi
  rm -rf -- "$folder" || { sleep 1 && rm -rf -- "$folder"; } # a dying daemon writes its last
  exit "$status"
}
trap finish EXIT
cd -- "$folder"
die() {
  echo "FAILED: $*"
  exit 1
}

# wait_for WHAT SECONDS COMMAND...: until the command succeeds.
wait_for() {
  local what=$1 tries=$(($2 * 5))
  shift 2
  until "$@"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || die "no $what"
    sleep 0.2
  done
}
points() { find sweep/points -name '[0-9]*.json' 2>/dev/null | wc -l; }
has_points() { [ "$(points)" -ge "$1" ]; }
is_idle() { [ -z "$(squeue -h -o %A)" ]; }

# A point takes about half a second: long enough to be met at work, however slow the look is.
cat >shop.lua <<'LUA'
-- How many servers does which rate take?
local rate = param { "rate", "500/s" }
local servers = param { "servers", 8 }
client "c" { arrivals = poisson(rate), target = "s" }
service "s" { workers = servers, work = exponential "10ms" }
goal "s.utilization < 70%"
run { duration = "4000s", warmup = "10s", replications = 4 }
LUA
sweep=(shop.lua -s rate=500..550:10/s -s servers=8..13)
total=36

mkdir cluster
cluster_start cluster
"$archsim" sweep "${sweep[@]}" --out sweep --submit slurm --tasks "$total" | tee submitted
array=$(awk '/tasks: job/ { print $NF }' submitted)
[ -n "$array" ] || die 'no job was submitted'

# The node dies while it works, with a good part of the array done and most of it to do.
wait_for 'points' 120 has_points 8
wait_for 'task on the node' 60 node_freeze n2 archsim
node_kill n2
at=$(points)
[ "$at" -lt "$total" ] || die 'the node died too late'
echo "node n2 was killed when $at of $total points were there"
wait_for 'end of the array' 240 is_idle

again=$(scontrol -o show job "$array" | grep -c ' Restarts=[1-9]' || true)
echo "$again tasks were run again"
[ "$again" -gt 0 ] || die 'no task was lost with the node'
sinfo -h -N -n n2 -o %t | grep -q down || die 'the node is not down'
[ "$(points)" -eq "$total" ] || die "$(points) points, not $total"

"$archsim" sweep "${sweep[@]}" --out local -q || [ $? -eq 1 ] || die 'the local run failed'
diff -r local/points sweep/points || die 'the points differ from those of a local run'
"$archsim" merge local -o local.sqlite -q
cmp local.sqlite sweep/shop.sqlite || die 'the databases differ'
cmp local.csv sweep/shop.csv || die 'the tables differ'

# A shard that is missing is named, and can be run again by itself.
rm sweep/points/000017.json
status=0
"$archsim" merge sweep 2>err || status=$?
[ "$status" -eq 3 ] || die "merge without a point gives $status, not 3"
grep -q "17; run shard 17 of $total again" err || die "$(cat err)"
sbatch --quiet --array=17 sweep/slurm/sweep.sh shard
wait_for 'end of the task' 60 is_idle
"$archsim" merge sweep -o again.sqlite -q
cmp local.sqlite again.sqlite || die 'the databases differ after a task was run again'
echo 'all passed'
