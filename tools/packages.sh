#!/bin/sh
# See that programs are there: packages.sh <program>:<Debian package> ...
# Missing packages are installed by apt if we are root or sudo asks no password; otherwise one line says what to install.
set -eu
for directory in /usr/sbin /usr/lib/postgresql/*/bin; do PATH="$PATH:$directory"; done

missing=""
for pair in "$@"; do
    program="${pair%%:*}" package="${pair#*:}"
    command -v "$program" > /dev/null || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

root=""
if [ "$(id -u)" != 0 ]; then root="sudo -n"; fi
if ! command -v apt-get > /dev/null || { [ -n "$root" ] && ! sudo -n true 2> /dev/null; }; then
    echo "missing:$missing. Install with: sudo apt-get install$missing" >&2
    exit 1
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
    $root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $missing > "$log" 2>&1
}
echo "installing system packages:$missing"
if ! install && ! { $root apt-get update > /dev/null 2>&1; install; }; then
    tail -n 5 "$log" >&2
    echo "could not install:$missing" >&2
    exit 1
fi
