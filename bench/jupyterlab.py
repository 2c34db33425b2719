"""The baseline of the page benchmarks: JupyterLab from PyPI in an environment of its own, serving the same notebook."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ENVIRONMENT = Path(".venv/lab")
_READY_SECONDS = 60
_OPTIONS = (
    "--no-browser", "--allow-root", "--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.password=",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url=None",
)  # fmt: skip


def install() -> None:
    """Make the environment unless it is there."""
    if (ENVIRONMENT / "bin" / "jupyter-lab").exists():
        return
    subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
    packages = ["jupyterlab", "ipykernel", "numpy", "matplotlib"]
    subprocess.run([ENVIRONMENT / "bin/python", "-m", "pip", "install", "--quiet", "--quiet", *packages], check=True)


@contextmanager
def served(directory: Path) -> Iterator[str]:
    """The address of a JupyterLab that serves the directory."""
    install()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(ENVIRONMENT / "bin" / "jupyter-lab"),
        *_OPTIONS,
        f"--port={port}",
        f"--ServerApp.root_dir={directory}",
    ]
    environment = os.environ | {"JUPYTER_CONFIG_DIR": str(directory / ".config"), "HOME": str(directory)}
    with (directory / "lab.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait_ready(f"http://127.0.0.1:{port}/api", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _wait_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as reply:
                json.load(reply)
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("JupyterLab did not start")
