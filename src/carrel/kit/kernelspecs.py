"""Kernelspecs on disk: directories with a `kernel.json` (https://jupyter-client.readthedocs.io/en/stable/kernels.html)."""

import os
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

_LARGEST = 1 << 20


class KernelFile(Struct):
    """`kernel.json`; whatever else stands in it is of no concern to us."""

    argv: list[str]
    display_name: str
    language: str = ""
    interrupt_mode: str = "signal"
    env: dict[str, str] = {}
    metadata: dict[str, Any] = {}


def list_kernels(share: str) -> Iterator[tuple[str, str, KernelFile]]:
    """Name, directory and file of each kernel below a `share`; what is not as it should be is passed over."""
    parent = f"{share}/jupyter/kernels"
    for name in sorted(os.listdir(parent) if os.path.isdir(parent) else ()):
        try:
            with open(f"{parent}/{name}/kernel.json", "rb") as file:
                found = msgspec.json.decode(file.read(_LARGEST), type=KernelFile)
        except (OSError, msgspec.MsgspecError, RecursionError):
            continue
        if found.interrupt_mode != "message":
            found.interrupt_mode = "signal"
        yield name.lower(), f"{parent}/{name}", found
