# Functions that the scripts share. To be sourced by bash after `set -euo pipefail`.
# shellcheck shell=bash

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

say() {
  printf '== %s\n' "$*" >&2
}

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 2
}

# The comment at the top of a script is its help text.
print_help() {
  sed -n '2,/^[^#]/{/^[^#]/d;s/^# \{0,1\}//;p}' "$0"
}

# packages_of GROUP...: names from scripts/packages, one a line.
packages_of() {
  local group
  for group in "$@"; do
    awk -v group="$group" '$1 == group { print $2 }' "$root/scripts/packages"
  done
}

# missing_packages GROUP...: those of them that are not installed.
missing_packages() {
  local package status
  for package in $(packages_of "$@"); do
    status=$(dpkg-query -W -f '${Status};' "$package" 2>/dev/null || true)
    [[ $status == *'ok installed'* ]] || echo "$package"
  done
}

# need GROUP...: installs what is missing. Does nothing, not even an `apt-get update`, if all is
# there.
need() {
  command -v dpkg >/dev/null || die "this is not Debian: install by hand: $(packages_of "$@" | tr '\n' ' ')"
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -eq 0 ] && return
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      die "not root and no sudo: as root, run: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  # Another apt-get may hold the lock for a while.
  local apt_get=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q
    -o DPkg::Lock::Timeout=500 -o Dpkg::Use-Pty=0)
  say "installing ${missing[*]}"
  "${apt_get[@]}" update >&2 </dev/null
  "${apt_get[@]}" install -y --no-install-recommends "${missing[@]}" >&2 </dev/null
}

# configure DIR MESON-OPTION...: sets the build folder up, or brings its options up to date.
configure() {
  local dir=$1
  shift
  if [ -f "$dir/build.ninja" ] && [ -f "$dir/meson-private/coredata.dat" ]; then
    [ $# -eq 0 ] || meson configure "$dir" "$@" >&2
  else
    rm -rf -- "$dir" # what an interrupted set-up left
    meson setup "$dir" "$root" "$@" >&2
  fi
}

# compile DIR TARGET...: quiet unless something is wrong. JOBS limits the number of compilers.
compile() {
  local dir=$1
  shift
  ninja -C "$dir" --quiet ${JOBS:+-j "$JOBS"} "$@" >&2
}

# test_counts DIR: "passed failed skipped" of the last `meson test` in that build folder. Outputs of
# tests stand in the same log: only its last summary counts.
test_counts() {
  awk '
    /^(Ok|Expected Fail|Fail|Unexpected Pass|Skipped|Timeout): +[0-9]+ *$/ {
      split($0, part, /: +/)
      n[part[1]] = part[2] + 0
    }
    END {
      print n["Ok"] + n["Expected Fail"], n["Fail"] + n["Unexpected Pass"] + n["Timeout"],
        n["Skipped"] + 0
    }' "$1/meson-logs/testlog.txt"
}

# copy_tree DIR: the working tree, without what git ignores, into a folder that exists.
copy_tree() {
  (cd "$root" && find . \( -name .git -o -path './build*' \) -prune -o \( -type f -o -type l \) -print0 |
    tar --null --no-recursion -T - -cf -) | tar -xf - -C "$1"
}
