"""The baseline of the page benchmarks: JupyterLab from PyPI in an environment of its own, which `make bench` makes."""

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.hubs import free_port

PACKAGES = ("jupyterlab", "ipykernel")
"""What `make lock` pins for it."""
_PROGRAM = Path(__file__).parents[1] / ".venv/lab/bin/jupyter-lab"
_READY_SECONDS = 300
_OPTIONS = (
    "--no-browser", "--allow-root", "--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.password=",
    "--ServerApp.disable_check_xsrf=True",
)  # fmt: skip
_PAGE = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}


def is_installed() -> bool:
    return _PROGRAM.exists()


@contextmanager
def served(directory: Path) -> Iterator[str]:
    """The address of a JupyterLab that serves the directory."""
    port = free_port()
    command = [str(_PROGRAM), *_OPTIONS, f"--port={port}", f"--ServerApp.root_dir={directory}"]
    (directory / ".config/labconfig").mkdir(parents=True)
    (directory / ".config/labconfig/page_config.json").write_text(json.dumps(_PAGE))
    environment = os.environ | {"JUPYTER_CONFIG_DIR": str(directory / ".config"), "HOME": str(directory)}
    with (directory / "lab.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait_ready(f"http://127.0.0.1:{port}/api", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=60)


def end_kernels(address: str) -> None:
    """Shut down every kernel, as nobody had ever opened a notebook."""
    with urllib.request.urlopen(f"{address}/api/sessions", timeout=30) as reply:
        sessions = json.load(reply)
    for session in sessions:
        request = urllib.request.Request(f"{address}/api/sessions/{session['id']}", method="DELETE")
        urllib.request.urlopen(request, timeout=60).close()


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
