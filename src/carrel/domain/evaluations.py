"""Stateless evaluations: code that runs in a kernel of its own, and what came of it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from carrel.domain.errors import DomainError
from carrel.domain.ids import ProjectId

KEPT_FOR = timedelta(days=30)
"""How long a result can be looked up."""


@dataclass(frozen=True, slots=True)
class KernelSpec:
    """A kernel that can be started, as Jupyter describes it."""

    name: str
    display_name: str
    language: str
    interrupt_mode: str
    environment: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunningKernel:
    """A kernel that runs in a project; `name` is empty if people have started it by themselves."""

    pid: int
    connection_file: str
    name: str


@dataclass(frozen=True, slots=True)
class EvaluationLimits:
    """Bounds of one evaluation: in all, and for each of the history and the code; output in characters."""

    seconds: float = 45
    cell_seconds: float = 30
    output: int = 5_000_000
    cell_output: int = 1_000_000


@dataclass(frozen=True, slots=True)
class EvaluationSpec:
    """Code to evaluate after `history`; `directory` is absolute or relative to the home."""

    kernel: str
    code: str
    history: tuple[str, ...] = ()
    directory: str = ""

    def hash(self, project_id: str) -> str:
        """Names the evaluation (docs/decisions/stateless-evaluations.md says how), for looking its result up."""
        fields = {
            "history": list(self.history),
            "input": self.code,
            "kernel": self.kernel,
            "path": self.directory,
            "project_id": project_id,
        }
        text = json.dumps(
            {name: value for name, value in fields.items() if value or name == "input"},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        return hashlib.sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A finished evaluation. `output` is the JSON text of its output items."""

    project_id: ProjectId
    output: bytes
    created: datetime
    took_seconds: float


class NotSignedIn(DomainError):
    """Something that only accounts and projects can do."""

    code = "not-signed-in"

    def __init__(self) -> None:
        super().__init__("not signed in")


class JupyterNotEnabled(DomainError):
    """The site has its Jupyter API off, or lets nobody evaluate without a project."""

    code = "jupyter-not-enabled"

    def __init__(self) -> None:
        super().__init__("Jupyter API is not enabled on this server.")


class KernelUnknown(DomainError):
    """There is no kernel of that name in the project; the message says which there are."""

    code = "kernel-unknown"


class KernelNotStarted(DomainError):
    """A kernel does not start; the message says why."""

    code = "kernel-not-started"


class CodeNotSendable(DomainError):
    """Code that is too large, or no Unicode."""

    code = "code-not-sendable"
