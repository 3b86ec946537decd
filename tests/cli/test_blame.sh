#!/usr/bin/env bash
# Aim: the first sentence of a run blames the place that is too small, wherever that is: each variant
# of scenarios/where_queues_build.lua has one.
set -euo pipefail
root=$(cd -- "$(dirname -- "$0")/../.." && pwd)
archsim=$(realpath -- "${ARCHSIM:-$root/build/archsim}")
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
failed=0

# blames VARIANT TEXT: the first sentence, its lines joined, gives the most of the time to TEXT, or
# says that this is what the requests did that had not ended.
blames() {
  "$archsim" run "$root/scenarios/where_queues_build.lua" -s "variant=$1" -r 2 >"$work/out" 2>&1 ||
    [ $? -eq 3 ] || { cat "$work/out"; failed=1; }
  local sentence
  sentence=$(awk '/^why /{getline; print; getline; print; exit}' "$work/out" | tr -s ' \n' ' ')
  [[ $sentence =~ "or longer: "[0-9.]+" % is $2" ]] && return
  [[ $sentence == *"had not ended when the run did: all were $2"* ]] && return
  echo "FAILED: $1 is not blamed first: $sentence"
  failed=1
}

blames accept 'setting up connections to gateway'
blames broker 'waiting for room in orders'
blames pool 'waiting for a place in the pool of web'
blames threads 'waiting for a worker of web'
blames disk 'waiting for a worker of ssd'
blames gateway 'waiting for a worker of gateway'
blames cache 'waiting for a place in the pool of catalogue'
exit $failed
