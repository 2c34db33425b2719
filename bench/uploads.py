"""Uploads against `cp` of the same file, with the hub's memory meanwhile."""

import http.client
import json
import os
import subprocess
import threading
from pathlib import Path
from urllib.parse import urlencode

from support.hubs import ServedHub

from bench.measure import Row, interleaved

_PIECE_BYTES = 16_000_000
_MIB = 1 << 20


def run(hub: ServedHub, place: Path, *, short: bool) -> list[Row]:
    size_bytes = 50_000_000 if short else 1_000_000_000
    source, target = place / "upload", place / "copied"
    with source.open("wb") as file:
        for _ in range(size_bytes // 1_000_000):
            file.write(os.urandom(1_000_000))
    project = hub.new_project()
    send(hub, project, source)
    before = _resident_bytes(hub)
    peak = _Peak(hub)
    with peak:
        took = interleaved(
            1 if short else 3, {"ours": lambda: send(hub, project, source), "cp": lambda: _copy(source, target)}
        )
    for path in (source, target):
        path.unlink()
    rates = {name: size_bytes / seconds / 1e6 for name, seconds in took.items()}
    ratio = rates["ours"] / rates["cp"]
    grown = peak.bytes - before
    size = f"{size_bytes // 1_000_000} MB"
    return [
        Row(
            f"upload of {size} in pieces of {_PIECE_BYTES // 1_000_000} MB",
            f"{rates['ours']:.0f} MB/s",
            f"cp and sync of it: {rates['cp']:.0f} MB/s",
            f"{ratio:.2f}",
            ">= 0.5",
            ratio >= 0.5,
        ),
        Row(f"growth of the hub meanwhile, {size}", f"{grown / _MIB:.1f} MiB", "", "", "<= 50 MiB", grown <= 50 * _MIB),
    ]


def _copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", source, target], check=True)
    subprocess.run(["sync", target], check=True)


def send(hub: ServedHub, project: str, source: Path) -> None:
    """As a page does it, over what is there."""
    size_bytes, id_ = source.stat().st_size, os.urandom(16).hex()
    connection = http.client.HTTPConnection("127.0.0.1", hub.port, blocksize=1 << 20)
    path = None
    with source.open("rb") as file:
        for offset in range(0, size_bytes, _PIECE_BYTES):
            length = min(_PIECE_BYTES, size_bytes - offset)
            query = {"path": "uploaded", "size": size_bytes, "offset": offset, "conflict": "replace"}
            connection.putrequest("PUT", f"/api/v2/uploads/{project}/{id_}?{urlencode(query)}")
            connection.putheader("Authorization", f"Bearer {hub.key}")
            connection.putheader("Content-Length", str(length))
            connection.endheaders()
            assert connection.sock is not None
            connection.sock.sendfile(file, offset, length)
            path = json.loads(connection.getresponse().read())["path"]
    connection.close()
    assert path == "uploaded"


def _resident_bytes(hub: ServedHub) -> int:
    assert hub.process is not None
    status = Path(f"/proc/{hub.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


class _Peak:
    """The most memory that the hub has had while the block ran, looked at again and again."""

    def __init__(self, hub: ServedHub) -> None:
        self.bytes = 0
        self._hub = hub
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.02):
            self.bytes = max(self.bytes, _resident_bytes(self._hub))
