"""A TLS front for several host names on one loopback port: serves pages, forwards to hubs, and can cut the network.

Each connection carries one request, so that every request is seen, and those that were forwarded can be held up or
broken in the middle, as a network does.
"""

import base64
import hashlib
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import anyio
import trustme
from anyio.abc import ByteReceiveStream, ByteSendStream, ByteStream
from anyio.from_thread import BlockingPortal, start_blocking_portal
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio.streams.tls import TLSListener
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_HEAD_BYTES = 65536
BROKEN = (anyio.EndOfStream, anyio.IncompleteRead, anyio.BrokenResourceError, anyio.ClosedResourceError, OSError)
"""How one notices that the other end has gone, which it may at any time."""


@dataclass(slots=True)
class Seen:
    """A request as it came to the front, and the status of a hub's answer to it."""

    host: str
    method: str
    target: str
    headers: dict[str, str]
    status: int = 0

    @staticmethod
    def parse(head: bytes) -> "Seen":
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        return Seen(headers["host"].partition(":")[0], method, target, headers)

    @property
    def browser(self) -> str:
        return self.headers.get("user-agent", "")

    @property
    def upgrades(self) -> bool:
        return "upgrade" in self.headers

    def head(self) -> bytes:
        """To send on: closed after one request, and with what a hub behind a proxy is told."""
        headers = {"x-forwarded-for": "127.0.0.1"} | self.headers | {"x-forwarded-proto": "https"}
        if not self.upgrades:
            headers["connection"] = "close"
        lines = [f"{self.method} {self.target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


@dataclass(frozen=True, slots=True)
class Page:
    """A document that the front serves itself."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"

    def response(self) -> bytes:
        head = f"HTTP/1.1 200 OK\r\ncontent-type: {self.content_type}\r\ncontent-length: {len(self.body)}\r\n"
        return f"{head}connection: close\r\n\r\n".encode() + self.body


_NOTHING = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_NO_ICON = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"


class Network:
    """Whether bytes flow between browsers and hubs; for all browsers, or for those whose name contains a text."""

    def __init__(self) -> None:
        self._flows = anyio.Event()
        self._flows.set()
        self._cut: str | None = None
        self._held: str | None = None
        self._connections: dict[anyio.CancelScope, Seen] = {}

    async def flows(self, seen: Seen) -> None:
        if self._held is not None and self._held in seen.browser:
            await self._flows.wait()

    def stall(self, whose: str = "") -> None:
        """Hold every byte back; connections stay."""
        self._flows, self._held = anyio.Event(), whose

    def cut(self, whose: str = "") -> None:
        """Break the connections and refuse new ones."""
        self._cut = whose
        for connection, seen in self._connections.items():
            if whose in seen.browser:
                connection.cancel()

    def mend(self) -> None:
        self._cut = self._held = None
        self._flows.set()

    @contextmanager
    def carries(self, seen: Seen) -> Iterator[None]:
        """What the block does on behalf of this request ends when the network is cut."""
        with anyio.CancelScope() as scope:
            self._connections[scope] = seen
            if self._cut is not None and self._cut in seen.browser:
                scope.cancel()
            try:
                yield
            finally:
                del self._connections[scope]


@dataclass
class Front:
    """Host names and what stands behind them; the methods may be called from any thread."""

    certificate: trustme.LeafCert
    portal: BlockingPortal
    hubs: dict[str, int] = field(default_factory=dict)
    """The loopback port that a host name's requests go to."""
    pages: dict[tuple[str, str], Page] = field(default_factory=dict)
    """What the front serves itself, by host name and path."""
    seen: list[Seen] = field(default_factory=list)
    network: Network = field(default_factory=Network)
    port: int = 0

    def stall(self, whose: str = "") -> None:
        self.portal.call(self.network.stall, whose)

    def cut(self, whose: str = "") -> None:
        self.portal.call(self.network.cut, whose)

    def mend(self) -> None:
        self.portal.call(self.network.mend)

    @property
    def fingerprint(self) -> str:
        """What browsers can be told to trust: the hash of the certificate's public key."""
        certificate = x509.load_pem_x509_certificate(self.certificate.cert_chain_pems[0].bytes())
        key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(hashlib.sha256(key).digest()).decode()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.certificate.configure_cert(context)
        plain = await anyio.create_tcp_listener(local_host="127.0.0.1")
        self.port = plain.extra(anyio.abc.SocketAttribute.local_port)
        listener = TLSListener(plain, context, standard_compatible=False)
        async with listener, anyio.create_task_group() as group:
            group.start_soon(listener.serve, self._serve)
            yield
            group.cancel_scope.cancel()

    async def _serve(self, browser: ByteStream) -> None:
        try:
            reader = BufferedByteReceiveStream(browser)
            seen = Seen.parse(await reader.receive_until(b"\r\n\r\n", _HEAD_BYTES))
            with self.network.carries(seen):
                self.seen.append(seen)
                await self.network.flows(seen)
                await self._answer(seen, reader, browser)
        except* BROKEN:
            pass  # either end may go at any time
        with anyio.move_on_after(1, shield=True):
            await browser.aclose()

    async def _answer(self, seen: Seen, reader: BufferedByteReceiveStream, browser: ByteStream) -> None:
        path = seen.target.partition("?")[0]
        if page := self.pages.get((seen.host, path)):
            await browser.send(page.response())
        elif seen.host in self.hubs:
            await self._forward(seen, reader, browser)
        else:
            await browser.send(_NO_ICON if path == "/favicon.ico" else _NOTHING)

    async def _forward(self, seen: Seen, reader: BufferedByteReceiveStream, browser: ByteStream) -> None:
        async with await anyio.connect_tcp("127.0.0.1", self.hubs[seen.host]) as hub:
            await hub.send(seen.head())
            async with anyio.create_task_group() as group:
                group.start_soon(self._pump, reader, hub, seen)
                answer = BufferedByteReceiveStream(hub)
                first = await answer.receive_until(b" ", 10) + b" " + await answer.receive_exactly(3)
                seen.status = int(first[-3:])
                await browser.send(first)
                await self._pump(answer, browser, seen)
                group.cancel_scope.cancel()

    async def _pump(self, source: ByteReceiveStream, sink: ByteSendStream, seen: Seen) -> None:
        try:
            while True:
                data = await source.receive()
                await self.network.flows(seen)
                await sink.send(data)
        except BROKEN:
            return


@contextmanager
def running_front(*hosts: str) -> Iterator[Front]:
    """A front for these host names, in a thread of its own."""
    certificate = trustme.CA().issue_cert(*hosts)
    with start_blocking_portal() as portal:
        front = Front(certificate, portal, network=portal.call(Network))
        with portal.wrap_async_context_manager(front.serving()):
            yield front
            front.mend()
