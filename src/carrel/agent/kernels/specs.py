"""Finding the kernels that can be started: directories with a `kernel.json`, as jupyter_client finds them."""

import os
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from carrel.agent.kernels.values import KernelSpec

_PYTHONS = frozenset({"python", "python3"})


class _File(Struct):
    """`kernel.json` (Jupyter's "Kernel specs"); whatever else stands in it is of no concern to us."""

    argv: list[str]
    display_name: str
    language: str = ""
    interrupt_mode: str = "signal"
    env: dict[str, str] = {}
    metadata: dict[str, Any] = {}


def find_specs(home: str, environment: str) -> dict[str, KernelSpec]:
    """The specs by name; the environment's come first, then the project's own, then the system's."""
    found: dict[str, KernelSpec] = {}
    for share in (f"{environment}/share", f"{home}/.local/share", "/usr/share", "/usr/local/share"):
        directory = f"{share}/jupyter/kernels"
        for name in sorted(os.listdir(directory) if os.path.isdir(directory) else ()):
            spec = _read(name.lower(), f"{directory}/{name}", environment)
            if spec is not None:
                found.setdefault(spec.name, spec)
    return found


def _read(name: str, directory: str, environment: str) -> KernelSpec | None:
    """The spec in a directory, unless there is none or it is not what it should be."""
    try:
        with open(f"{directory}/kernel.json", "rb") as file:
            content = msgspec.json.decode(file.read(), type=_File)
    except (OSError, msgspec.DecodeError):
        return None
    program, *arguments = content.argv or [""]
    if program in _PYTHONS:  # as jupyter_client: the Python that it runs with itself
        program = f"{environment}/bin/python"
    return KernelSpec(
        name=name,
        display_name=content.display_name,
        language=content.language,
        interrupt_mode=content.interrupt_mode if content.interrupt_mode == "message" else "signal",
        metadata=content.metadata,
        argv=(program, *arguments),
        environment=content.env,
        directory=directory,
    )


def forked_arguments(spec: KernelSpec, environment: str, variables: Mapping[str, str]) -> tuple[str, ...] | None:
    """What ipykernel is told if `spec` is that of the environment, so that it can be forked; else `None`.

    Variables that an interpreter or its libraries read at their start need a process of their own.
    """
    launcher = (f"{environment}/bin/python", "-m", "ipykernel_launcher")
    if spec.argv[:3] != launcher or any(map(_is_read_at_start, {**spec.environment, **variables})):
        return None
    return spec.argv[3:]


def _is_read_at_start(name: str) -> bool:
    return name.startswith(("PYTHON", "LD_", "MALLOC_")) or name.endswith("_NUM_THREADS")
