"""Fetches one file from the net: a program of its own, which runs inside a sandbox with no more than its Python.

It goes where the sandbox may go: with the network policy `proxy` through the proxy, also for addresses without TLS,
for which `urllib` would ask the proxy in a way that ours does not answer.
"""

import http.client
import os
import sys
import urllib.parse
import urllib.request
from pathlib import Path

_REDIRECTS = 5
_SECONDS = 30
_CHUNK = 1 << 20


def ask(url: str) -> http.client.HTTPResponse:
    """The answer to a GET."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        sys.exit("only http and https addresses can be fetched")
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    port = parts.port or (443 if secure else 80)
    proxy = urllib.request.getproxies().get(parts.scheme)
    if proxy and not urllib.request.proxy_bypass(parts.hostname):
        way = urllib.parse.urlsplit(proxy)
        connection = kind(way.hostname or "", way.port, timeout=_SECONDS)
        connection.set_tunnel(parts.hostname, port)
    else:
        connection = kind(parts.hostname, port, timeout=_SECONDS)
    connection.request("GET", urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, "")))
    return connection.getresponse()


def followed(url: str) -> http.client.HTTPResponse:
    """The answer at the end of some redirections."""
    for _ in range(_REDIRECTS + 1):
        answer = ask(url)
        place = answer.headers.get("location")
        if answer.status not in (301, 302, 303, 307, 308) or not place:
            return answer
        url = urllib.parse.urljoin(url, place)
    sys.exit("too many redirections")


def fetch(url: str, path: str, most_bytes: int) -> int:
    """Write what is at the address to a file; its size."""
    answer = followed(url)
    if answer.status != 200:
        sys.exit(f"the server answered {answer.status}")
    place, size = Path(path), 0
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_name(f".{os.getpid()}.part")
    try:
        with unfinished.open("wb") as file:
            while chunk := answer.read(_CHUNK):
                size += len(chunk)
                if size > most_bytes:
                    sys.exit(f"the file has more than {most_bytes} bytes")
                file.write(chunk)
        unfinished.replace(place)
    finally:
        unfinished.unlink(missing_ok=True)
    return size


if __name__ == "__main__":
    try:
        sys.stdout.write(str(fetch(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
    except (OSError, ValueError, http.client.HTTPException) as error:
        sys.exit(str(error))
