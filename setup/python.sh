#!/bin/bash
# Makes .venv from the lock file, every package checked by its hash; uv is many times faster than pip, where it can be had.
set -euo pipefail
cd "$(dirname "$0")/.."

lock=${1:-requirements-dev.lock}
venv=${2:-.venv}

[[ -x $venv/bin/python ]] || python3 -m venv "$venv"
pip=("$venv/bin/python" -m pip --disable-pip-version-check --quiet)

if "${pip[@]}" install --require-hashes -r setup/uv.lock; then
  # uv does not read pip's configuration, and a bureau's mirror is written there.
  index=$("${pip[@]}" config get global.index-url 2>/dev/null || true)
  wheels=$("${pip[@]}" config get global.find-links 2>/dev/null || true)
  UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-$index} UV_FIND_LINKS=${UV_FIND_LINKS:-$wheels} UV_LINK_MODE=${UV_LINK_MODE:-copy} \
    "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --require-hashes -r "$lock" && exit 0
  echo "uv could not install; trying pip" >&2
fi
"${pip[@]}" install --require-hashes -r "$lock"
