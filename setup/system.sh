#!/bin/bash
# Installs what Debian has and this machine lacks; a machine that has everything is left alone within a blink.
set -euo pipefail

missing=()

needs() { # needs PACKAGE TEST...: the package is missing unless the test passes
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || missing+=("$package")
}

at_least() { # at_least COMMAND MAJOR MINOR: says whether `COMMAND --version` is that or newer
  "$1" --version 2>/dev/null | awk -v major="$2" -v minor="$3" \
    '{ sub(/^[^0-9]*/, ""); split($0, v, "."); exit !(v[1] > major || (v[1] == major && v[2] >= minor)) }'
}

stop_with() {
  printf '\n%s\n' "$@" >&2
  exit 1
}

if [[ -z ${DATABASE_URL:-} ]]; then
  needs postgresql-15-postgis-3 compgen -G '/usr/share/postgresql/*/extension/postgis.control'
fi
needs python3 at_least python3 3 11
needs python3-venv python3 -c 'import ensurepip, venv'
needs gettext command -v msgfmt
needs chromium command -v chromium
needs fonts-noto-cjk compgen -G '/usr/share/fonts/opentype/noto/NotoSansCJK*'

if ((${#missing[@]})); then
  echo "Installing from Debian: ${missing[*]}"
  if ((EUID == 0)); then
    as_root=(env)
  elif command -v sudo >/dev/null; then
    as_root=(sudo env)
  else
    stop_with "Missing: ${missing[*]}" "Become root and run: apt-get install --no-install-recommends ${missing[*]}"
  fi
  # Debian would make and start a cluster of its own with PostgreSQL; ours is private, so that one would only be in the way.
  if [[ ! -e /etc/postgresql-common/createcluster.conf ]]; then
    "${as_root[@]}" mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  quietly=(DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300)
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  for step in update "install --no-install-recommends ${missing[*]}"; do
    # shellcheck disable=SC2086 # the step is words
    "${as_root[@]}" "${quietly[@]}" $step </dev/null >"$log" 2>&1 || stop_with "$(tail -20 "$log")" "apt-get $step failed"
  done
fi

if ! { at_least node 20 0 && command -v npm >/dev/null; }; then
  stop_with \
    "Node.js 20 or newer with npm is missing (Debian 12's own is 18). To get it:" \
    "  curl -fsSL https://deb.nodesource.com/setup_22.x | sudo bash - && sudo apt-get install -y nodejs"
fi
