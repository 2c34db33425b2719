"""The way out for projects with the network policy `proxy`: an HTTP CONNECT proxy on a Unix socket, with an allow-list.

Each project has a proxy of its own, so that the log says who went where. Names are resolved here, and the connection
goes to the very address that was checked: a name that resolves to a private address opens no way into the operator's
network.
"""

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio
import structlog
from anyio.abc import ByteStream, SocketStream, TaskStatus

from carrel.domain.ids import ProjectId

log: structlog.stdlib.BoundLogger = structlog.get_logger()

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_DEFAULT_PORT = 443
_HEAD_LIMIT = 8192
_HEAD_SECONDS, _CONNECT_SECONDS, _IDLE_SECONDS, _OVERLOAD_SECONDS = 10, 15, 600, 0.5
_CHUNK = 1 << 16
_TARGET = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._*-]+)(?::(\d{1,5}))?")
# Global by registry, but they carry IPv4 addresses inside that may be anything (RFC 6052, RFC 3056, RFC 4380).
_TUNNELS = [ipaddress.ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]


class Refused(Exception):
    """The proxy will not go there; the message says why."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    host: str
    port: int

    def matches(self, host: str, port: int) -> bool:
        if port != self.port:
            return False
        if self.host.startswith("*."):
            return host.endswith(self.host[1:])
        return host == self.host


@dataclass(frozen=True, slots=True)
class AllowList:
    """Where projects may connect to."""

    patterns: tuple[_Pattern, ...]

    @classmethod
    def parse(cls, texts: Sequence[str]) -> "AllowList":
        """From the settings' patterns. Raises `ValueError` for one that is none."""
        return cls(tuple(_Pattern(*parse_target(text)) for text in texts))

    def allows(self, host: str, port: int) -> bool:
        return any(pattern.matches(host, port) for pattern in self.patterns)

    def check_address(self, address: Address, port: int) -> None:
        """Raises `Refused` for an address inside somebody's network, unless the address itself is listed."""
        if not is_public(address) and not self.allows(str(address), port):
            raise Refused(f"{address} is not a public address")


def parse_target(text: str) -> tuple[str, int]:
    """`host[:port]`, in canonical form: lower case, no final dot, no brackets. Raises `ValueError`."""
    match = _TARGET.fullmatch(text)
    if match is None or (match[2] is not None and not 0 < int(match[2]) < 65536):
        raise ValueError(f"not a host with an optional port: {text!r}")
    host = match[1].strip("[]").lower().rstrip(".")
    if match[1].startswith("["):
        host = str(ipaddress.IPv6Address(host))
    return host, int(match[2] or _DEFAULT_PORT)


def is_public(address: Address) -> bool:
    """Whether anyone on the Internet could reach it: not private, loopback, link-local, multicast or a tunnel."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in _TUNNELS):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


@dataclass(frozen=True, slots=True)
class Proxy:
    """The proxy of one project."""

    allowed: AllowList
    project_id: ProjectId
    most_connections: int

    async def serve(self, path: Path, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Listen on a socket at `path`, taking the place of an earlier hub's, until cancelled."""
        slots = anyio.CapacityLimiter(self.most_connections)
        try:
            listener = await anyio.create_unix_listener(path, mode=0o666)
        except OSError as error:
            log.error("proxy_unavailable", project_id=self.project_id, reason=str(error))
            task_status.started()
            return
        async with listener, anyio.create_task_group() as tasks:
            task_status.started()
            while True:
                try:
                    await listener.serve(partial(self._handle, slots), tasks)
                except OSError as error:  # out of descriptors: connections that end give some back
                    log.error("proxy_overloaded", project_id=self.project_id, reason=str(error))
                    await anyio.sleep(_OVERLOAD_SECONDS)

    async def _handle(self, slots: anyio.CapacityLimiter, client: SocketStream) -> None:
        try:
            async with client:
                if slots.available_tokens < 1:
                    await _answer(client, "503 Service Unavailable", "too many connections")
                    return
                async with slots:
                    await self._serve_client(client)
        except Exception as error:  # noqa: BLE001 -- what a tenant sends must not end the hub
            log.warning("proxy_connection_failed", project_id=self.project_id, reason=repr(error))

    async def _serve_client(self, client: SocketStream) -> None:
        try:
            with anyio.fail_after(_HEAD_SECONDS):
                host, port, rest = await _read_request(client)
            with anyio.fail_after(_CONNECT_SECONDS):
                server = await self._connect(host, port)
        except Refused as refusal:
            log.info("proxy_refused", project_id=self.project_id, reason=str(refusal))
            await _answer(client, "403 Forbidden", str(refusal))
        except (OSError, TimeoutError):
            await _answer(client, "502 Bad Gateway", "cannot connect")
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            return
        else:
            log.info("proxy_connected", project_id=self.project_id, host=host, port=port)
            async with server:
                await _tunnel(client, server, rest)

    async def _connect(self, host: str, port: int) -> SocketStream:
        if not self.allowed.allows(host, port):
            raise Refused(f"{host}:{port} is not on the list of allowed hosts")
        found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(ipaddress.ip_address(entry[4][0]) for entry in found))
        for address in addresses:
            self.allowed.check_address(address, port)
        failure: OSError = ConnectionError(f"{host} has no address")
        for address in addresses:
            try:
                return await anyio.connect_tcp(str(address), port)
            except OSError as error:
                failure = error
        raise failure


async def _read_request(client: ByteStream) -> tuple[str, int, bytes]:
    """(host, port, bytes after the head) of a CONNECT request. Raises `Refused`."""
    head = b""
    while b"\r\n\r\n" not in head:
        if len(head) > _HEAD_LIMIT:
            raise Refused("the request's head is too long")
        head += await client.receive(_HEAD_LIMIT)
    head, _, rest = head.partition(b"\r\n\r\n")
    words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
    if len(words) != 3 or words[0] != "CONNECT":
        raise Refused("only CONNECT is served here: use https")
    try:
        host, port = parse_target(words[1])
    except ValueError as error:
        raise Refused(str(error)) from error
    if "*" in host:
        raise Refused("a pattern is no host")
    return host, port, rest


async def _answer(client: ByteStream, status: str, text: str) -> None:
    body = f"{text}\n".encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    with anyio.move_on_after(_HEAD_SECONDS):
        try:
            await client.send(head.encode() + body)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return


async def _tunnel(client: SocketStream, server: SocketStream, rest: bytes) -> None:
    try:
        await client.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        if rest:
            await server.send(rest)
    except (anyio.BrokenResourceError, anyio.ClosedResourceError):
        return
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_pump, client, server)
        tasks.start_soon(_pump, server, client)


async def _pump(source: SocketStream, target: SocketStream) -> None:
    try:
        while True:
            with anyio.fail_after(_IDLE_SECONDS):
                data = await source.receive(_CHUNK)
            await target.send(data)
    except anyio.EndOfStream:
        try:
            await target.send_eof()
        except (OSError, anyio.BrokenResourceError, anyio.ClosedResourceError):
            return
    except (TimeoutError, anyio.BrokenResourceError, anyio.ClosedResourceError):
        await source.aclose()
        await target.aclose()
