"""ipykernel, as a forked kernel runs it: the same, but that nothing it publishes is lost or piles up.

ipykernel drops messages when the reader is slow, and what it has not sent yet grows without bound. Here the socket
waits instead, and with it whoever prints.
"""

import threading
from typing import Any

import zmq
from ipykernel.iostream import IOPubThread, OutStream
from ipykernel.kernelapp import IPKernelApp

PIECE = 1 << 17
"""Characters of one stream message."""
MESSAGES = 20
"""How many messages may be on their way; also on the agent's side."""
UNSENT = 1 << 20
"""Bytes that may be waiting to be sent before whoever publishes more has to wait."""


class Publisher(IOPubThread):  # type: ignore[misc] # ipykernel is in the projects' environment, not here
    """The thread that sends; `send_multipart` waits when a lot is unsent."""

    _unsent = 0

    def send_multipart(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        super().send_multipart(msg, *args, **kwargs)
        self._unsent += sum(map(len, msg))
        if self._unsent > UNSENT:
            self.wait_sent()

    def wait_sent(self) -> None:
        """Return when everything that was scheduled so far has been sent."""
        if self.thread.is_alive() and threading.current_thread() is not self.thread:
            sent = threading.Event()
            self.schedule(sent.set)
            sent.wait()
            self._unsent = 0


class Stream(OutStream):  # type: ignore[misc] # as above
    """Standard output or error; `write` waits when a lot is unsent."""

    flush_timeout = None
    _unflushed = 0

    def write(self, string: str) -> int:
        if len(string) + self._unflushed < PIECE:
            self._unflushed += len(string)
            super().write(string)
            return len(string)
        for start in range(0, len(string), PIECE):
            super().write(string[start : start + PIECE])
            self._unflushed = 0
            if threading.current_thread() is not self.pub_thread.thread:
                self.flush()
        return len(string)

    def _flush(self) -> None:
        self._unflushed = 0
        super()._flush()


class KernelApp(IPKernelApp):  # type: ignore[misc] # as above
    """The application of ipykernel with our streams."""

    def init_iopub(self, context: Any) -> None:
        socket = context.socket(zmq.XPUB)
        socket.linger = 1000
        socket.sndhwm = MESSAGES
        socket.xpub_nodrop = True
        self.iopub_port: int = self._bind_socket(socket, self.iopub_port)
        self.configure_tornado_logger()
        self.iopub_thread = Publisher(socket, pipe=True, session=self.session)
        self.iopub_thread.start()
        self.iopub_socket = self.iopub_thread.background_socket


def run(arguments: list[str]) -> None:
    """Be a kernel until it is shut down."""
    app = KernelApp.instance(parent_handle=1, outstream_class=f"{__name__}.Stream")
    app.initialize(arguments)
    app.start()
