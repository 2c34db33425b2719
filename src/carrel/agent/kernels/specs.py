"""Finding the kernels that can be started: directories with a `kernel.json`, as jupyter_client finds them."""

from collections.abc import Mapping

from carrel.agent.kernels.values import KernelSpec
from carrel.kit.kernelspecs import KernelFile, list_kernels

_PYTHONS = frozenset({"python", "python3"})


def find_specs(home: str, environment: str) -> dict[str, KernelSpec]:
    """The specs by name; the environment's come first, then the project's own, then the system's."""
    found: dict[str, KernelSpec] = {}
    for share in (f"{environment}/share", f"{home}/.local/share", "/usr/share", "/usr/local/share"):
        for name, directory, content in list_kernels(share):
            found.setdefault(name, _spec(name, directory, content, environment))
    return found


def _spec(name: str, directory: str, content: KernelFile, environment: str) -> KernelSpec:
    program, *arguments = content.argv or [""]
    if program in _PYTHONS:  # as jupyter_client: the Python that it runs with itself
        program = f"{environment}/bin/python"
    return KernelSpec(
        name=name,
        display_name=content.display_name,
        language=content.language,
        interrupt_mode=content.interrupt_mode,
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
