"""What a forked kernel finds done already."""

import subprocess
from pathlib import Path

import anyio
import pytest
from support.environments import ENVIRONMENT
from support.kernels import open_kernels, value

from carrel.agent import kernels

_INSIDE = Path(kernels.__file__).parent / "inside"

_INITIALIZE = """
import importlib, os, sys
sys.path.insert(0, sys.argv[1])
import fork_server, kernel_app
for name in fork_server.LATE:
    importlib.import_module(name)
before = set(sys.modules)
app = kernel_app.KernelApp.instance(outstream_class="kernel_app.Stream")
app.initialize(["--transport=ipc", f"--ip={sys.argv[2]}/k", f"--f={sys.argv[2]}/k.json"])
open(f"{sys.argv[2]}/imported", "w").write(" ".join(sorted(set(sys.modules) - before)))
os._exit(0)
"""


@pytest.mark.slow
def test_starting_a_kernel_imports_nothing_that_the_fork_server_has_not(tmp_path: Path) -> None:
    subprocess.run(
        [ENVIRONMENT / "bin/python", "-c", _INITIALIZE, _INSIDE, tmp_path],
        env={"HOME": str(tmp_path), "PYDEVD_DISABLE_FILE_VALIDATION": "1"},
        timeout=100,
        check=True,
    )
    assert (tmp_path / "imported").read_text() == ""


@pytest.mark.anyio
@pytest.mark.slow
async def test_what_is_listed_has_been_imported_some_time_later(open_dir: Path) -> None:
    async with open_kernels(open_dir, CARREL_IMPORTS="none.such colorsys") as kernels:
        with anyio.fail_after(60):
            imported = "False"
            while imported == "False":
                session = await kernels.start("python3", str(open_dir / "home"))
                imported = await value(session, "import sys; 'colorsys' in sys.modules")
