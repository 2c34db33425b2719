#!/bin/sh
# Make the virtual environment .venv, unless one is there that works.
# An interpreter under /usr comes first: projects' sandboxes see only /usr, and the agent in them needs the version of
# the hub's.
set -eu
here=$(dirname "$0")

good() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null
}
if good .venv/bin/python && .venv/bin/python -m pip --version > /dev/null 2>&1; then exit 0; fi

for python in /usr/bin/python3 /usr/bin/python3.[1-9][0-9] /usr/local/bin/python3 python3 python3.11 python3.12 \
    python3.13 python3.14 ""; do
    if [ -n "$python" ] && good "$python"; then break; fi
done
if [ -z "$python" ]; then
    echo "no Python 3.11 or newer found. Install with: sudo apt-get install python3 python3-venv" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2> /dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    sh "$here/packages.sh" "no-ensurepip:python$version-venv"
fi
echo "making .venv with $("$python" -c 'import sys; print(sys.executable, sys.version.split()[0])')"
"$python" -m venv --clear .venv
