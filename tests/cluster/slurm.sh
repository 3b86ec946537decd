# A Slurm cluster of three nodes on this machine, without root's help or systemd. To be sourced by
# bash after `set -euo pipefail`; needs the packages of the group cluster.
# shellcheck shell=bash

# cluster_start FOLDER: in a folder that others may pass through, starts it and sets SLURM_CONF. The nodes are n1, n2, n3 with two processors.
cluster_start() {
  cluster=$(realpath -- "$1")
  local user host port node
  user=$(id -un)
  host=$(hostname -s)
  port=$((20000 + $$ % 20000))
  chmod 755 "$cluster"
  mkdir -p "$cluster"/{run,ctld,munge,log,spool-n1,spool-n2,spool-n3}
  chmod 700 "$cluster/munge" "$cluster/log"
  (umask 077 && head -c 1024 /dev/urandom >"$cluster/munge/key")
  munged --key-file="$cluster/munge/key" --socket="$cluster/run/munge.sock" \
    --pid-file="$cluster/run/munged.pid" --log-file="$cluster/log/munged.log" \
    --seed-file="$cluster/munge/seed"
  cat >"$cluster/slurm.conf" <<CONF
ClusterName=archsim
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
CryptoType=crypto/munge
AuthInfo=socket=$cluster/run/munge.sock,cred_expire=5
StateSaveLocation=$cluster/ctld
SlurmdSpoolDir=$cluster/spool-%n
SlurmctldPidFile=$cluster/run/ctld.pid
SlurmdPidFile=$cluster/run/slurmd-%n.pid
SlurmctldLogFile=$cluster/log/ctld.log
SlurmdLogFile=$cluster/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=none
SchedulerType=sched/backfill
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmdTimeout=6
KillWait=2
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0,bf_interval=1
NodeName=n[1-3] NodeHostname=$host NodeAddr=127.0.0.1 Port=[$((port + 1))-$((port + 3))] CPUs=2 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
  export SLURM_CONF="$cluster/slurm.conf"
  slurmctld -i
  for node in n1 n2 n3; do CLUSTER_NODE="$cluster/$node" slurmd -N "$node"; done
  # A node that is still registering takes no tasks: wait, at most a minute.
  for _ in $(seq 600); do
    [ "$(sinfo -h -t idle -o %D 2>/dev/null)" = 3 ] && return
    sleep 0.1
  done
  echo "the cluster does not come up:" >&2
  sinfo >&2 || true
  tail -n 5 "$cluster"/log/*.log >&2
  return 1
}

# processes_with TEXT: ids of processes that were started with this setting in their environment.
processes_with() {
  grep -zlsxF -- "$1" /proc/[0-9]*/environ | cut -d/ -f3 || true
}

# node_tasks NODE: ids of the processes of tasks that run there.
node_tasks() {
  comm -12 <(processes_with "SLURM_CONF=$cluster/slurm.conf" | sort) \
    <(processes_with "SLURMD_NODENAME=$1" | sort)
}

# node_freeze NODE PROGRAM: stops a process of this program on the node, so that it cannot end before
# node_kill comes; fails if there is none just now.
node_freeze() {
  local id
  for id in $(node_tasks "$1"); do
    [ "$(cat "/proc/$id/comm" 2>/dev/null)" = "$2" ] || continue
    kill -STOP "$id" 2>/dev/null || continue
    if grep -q '^State:.T' "/proc/$id/status" 2>/dev/null; then return 0; fi
  done
  return 1
}

# node_kill NODE: as if its power failed: the daemon first, then the parents of tasks, which would
# report how they ended, then the tasks.
node_kill() {
  local daemons tasks parents=() id parent
  mapfile -t daemons < <(processes_with "CLUSTER_NODE=$cluster/$1")
  mapfile -t tasks < <(node_tasks "$1")
  for id in "${tasks[@]}"; do
    parent=$(awk '$1 == "PPid:" { print $2 }' "/proc/$id/status" 2>/dev/null) || continue
    [ "$(cat "/proc/$parent/comm" 2>/dev/null)" != slurmstepd ] || parents+=("$parent")
  done
  for id in "${daemons[@]}" "${parents[@]}" "${tasks[@]}"; do
    kill -KILL "$id" 2>/dev/null || true
  done
}

# cluster_stop: ends every process of the cluster.
cluster_stop() {
  [ -n "${cluster:-}" ] || return 0
  local file node
  for node in n1 n2 n3; do node_kill "$node"; done
  for file in "$cluster"/run/*.pid; do
    [ -s "$file" ] && kill -KILL "$(cat "$file")" 2>/dev/null
  done
  return 0
}
