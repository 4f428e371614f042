#!/bin/sh
# Build .venv and install the pinned packages, unless exactly that has been done: setup.sh runtime|dev
set -eu
cd "$(dirname "$0")/.."

profile=${1:-dev}
case $profile in
    runtime) files="requirements.txt" ;;
    dev) files="requirements.txt requirements-dev.txt" ;;
    *) echo "setup.sh: runtime or dev, not '$profile'" >&2; exit 2 ;;
esac

# What is installed is known by its pins, so that another branch or an edited file installs anew.
stamp=".venv/.installed-$profile"
# shellcheck disable=SC2086
key=$(cat $files | cksum)
works() { [ -x .venv/bin/python ] && .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$key" ] && works; then
    exit 0
fi

if ! works; then
    for python in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$python" >/dev/null 2>&1 &&
            "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            found=$python
            break
        fi
    done
    if [ -z "${found:-}" ]; then
        echo "Python 3.11 or newer is needed (python3 on the PATH)." >&2
        exit 1
    fi
    echo "Building .venv with $("$found" --version)"
    rm -rf .venv
    if ! "$found" -m venv .venv; then
        rm -rf .venv
        echo "Python's venv module is needed; on Debian: apt-get install python3-venv" >&2
        exit 1
    fi
fi

echo "Installing the pinned packages ($profile); the first time takes a minute or two"
rm -f .venv/.installed-*
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input -r "requirements$([ "$profile" = dev ] && echo -dev || true).txt"
echo "$key" >"$stamp"
if [ "$profile" = dev ]; then
    cksum <requirements.txt >.venv/.installed-runtime
fi
