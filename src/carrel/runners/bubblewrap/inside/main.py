"""`__main__` of the staged runtime: tells the hub that this program runs, then becomes the agent.

Arguments: the descriptor on which to say so, `forward` or `-`, then the agent's own, `--listen-fd N`.
"""

import importlib
import os
import socket
import sys

if __name__ == "__main__":
    runtime, _ready, _forward, *_arguments = sys.argv
    for _descriptor in (int(_ready), int(_arguments[1])):
        os.set_inheritable(_descriptor, False)
    if _forward == "forward":
        # Listening already here, programs that the agent runs never come too early.
        with socket.create_server(("127.0.0.1", 3128), backlog=64) as _server:
            _server.set_inheritable(True)
            _command = [sys.executable, "-I", "-S", f"{runtime}/forward.py", str(_server.fileno())]
            os.posix_spawn(sys.executable, _command, os.environ)
    os.write(int(_ready), b"r")
    os.close(int(_ready))
    importlib.import_module("carrel.agent.serve").main(_arguments)
