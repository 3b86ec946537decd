#!/usr/bin/env bash
# Aim: the reported incidents that tests/incidents/ retells behave as reported (goals), and do not
# without what caused them (Off lines).
set -euo pipefail
root=$(cd -- "$(dirname -- "$0")/../.." && pwd)
archsim=$(realpath -- "${ARCHSIM:-$root/build/archsim}")
export ARCHSIM=$archsim
"$root/scripts/gallery" --quick "$root"/tests/incidents/*.lua </dev/null
