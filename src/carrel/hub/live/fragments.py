"""The WebSocket protocol of the server, with a bound for what the bound of sizes does not see: empty fragments.

A message may come in any number of fragments, and a list of them is kept until the last. Browsers send few or one.
"""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

FRAGMENTS = 1000


class BoundedSocket(WebSocketsSansIOProtocol):
    """Closes a connection whose message has too many fragments, as if it were too large."""

    def handle_cont(self, event: Frame) -> None:
        if self.close_sent:
            return
        if len(self.frames) < FRAGMENTS:
            return super().handle_cont(event)
        self.frames = []
        self.conn.fail(CloseCode.MESSAGE_TOO_BIG, "too many fragments")
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.close()
