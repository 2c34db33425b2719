"""Runs what it is told: one JSON request a connection, one JSON answer.

`{"argv": [...]}` is run to its end, `{"python": "..."}` is executed in this very process.
"""

import ctypes
import json
import os
import socket
import subprocess
import threading


def main(arguments: list[str]) -> None:
    """Serve until killed, not dumpable, as the agent is."""
    ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
    listener = socket.socket(fileno=int(arguments[1]))
    os.chdir("/")
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_serve, args=(connection,), daemon=True).start()


def _serve(connection: socket.socket) -> None:
    with connection, connection.makefile("rwb") as stream:
        request = json.loads(stream.readline())
        if "python" in request:
            exec(request["python"], {})
            answer = {"code": 0, "output": ""}
        else:
            ended = subprocess.run(
                request["argv"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=os.environ["HOME"]
            )
            answer = {"code": ended.returncode, "output": ended.stdout.decode(errors="replace")}
        stream.write(json.dumps(answer).encode() + b"\n")
