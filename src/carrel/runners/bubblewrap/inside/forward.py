"""Inside a sandbox with the network policy `proxy`: 127.0.0.1:3128 leads to the hub's proxy socket.

Programs know proxies as `http://host:port` only; the sandbox's only way out is a Unix socket. Plain threads keep this
process small.
"""

import contextlib
import socket
import sys
import threading

SOCKET = "/run/proxy/p"
_CHUNK = 1 << 16


def main(descriptor: int) -> None:
    """Serve the inherited listening socket until killed."""
    with socket.socket(fileno=descriptor) as server:
        while True:
            client, _ = server.accept()
            try:
                threading.Thread(target=_serve, args=(client,), daemon=True).start()
            except RuntimeError:  # the sandbox has no processes to spare
                client.close()


def _serve(client: socket.socket) -> None:
    with client, socket.socket(socket.AF_UNIX) as proxy:
        try:
            proxy.connect(SOCKET)
        except OSError:
            client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n")
            return
        back = threading.Thread(target=_pump, args=(proxy, client), daemon=True)
        back.start()
        _pump(client, proxy)
        back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(_CHUNK):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    main(int(sys.argv[1]))
