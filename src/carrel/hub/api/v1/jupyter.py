"""Events about Jupyter kernels: which there are, and code that is run once in a kernel of its own."""

from typing import Annotated, Any

import msgspec

from carrel.domain.errors import DomainError
from carrel.domain.evaluations import Evaluation, EvaluationSpec, KernelSpec
from carrel.domain.projects import PermissionMissing, ProjectIdInvalid
from carrel.hub.api.v1.registry import Caller, Events, Failure, FailureReply, Reply
from carrel.hub.call import Call
from carrel.kit import timestamps

events = Events()


class EvaluationRequestInvalid(DomainError):
    """A parameter of `jupyter_execute` is missing; the message says which."""

    code = "evaluation-request-invalid"


def _failed(error: Any, _params: Any, _call: Call) -> Failure:
    return Failure(error=f"Error: {error}")


def _denied(_error: Any, _params: Any, _call: Call) -> Failure:
    return Failure(error="Error: permission denied -- user must be collaborator on project")


_FAILURES: dict[type[DomainError], FailureReply] = {
    DomainError: _failed,
    PermissionMissing: _denied,
    ProjectIdInvalid: _denied,
}


class KernelsParams(msgspec.Struct):
    """Parameters.

    project_id: the project whose kernels are meant, with those that it has installed itself; it is started
    kernels: accepted and ignored
    """

    project_id: str | None = None
    kernels: Any = None


class Kernel(msgspec.Struct, omit_defaults=True):
    """A kernel; `name` is what `jupyter_execute` calls it by."""

    name: str
    display_name: str
    language: str
    interrupt_mode: str
    env: dict[str, str] = {}
    metadata: dict[str, Any] = {}

    @classmethod
    def of(cls, spec: KernelSpec) -> "Kernel":
        return cls(
            spec.name,
            spec.display_name,
            spec.language,
            spec.interrupt_mode,
            dict(spec.environment),
            dict(spec.metadata),
        )


class KernelsReply(Reply, tag_field="event", tag="jupyter_kernels"):
    """Empty if there is no Python environment for projects."""

    kernels: list[Kernel]


@events.procedure("jupyter_kernels", may_call=Caller.ACCOUNT_OR_PROJECT_KEY, failures=_FAILURES, only_reads=True)
async def jupyter_kernels(params: KernelsParams, call: Call) -> KernelsReply:
    """List the kernels of a project; without one, those that every project has, which starts none."""
    evaluations = call.platform.evaluations
    if params.project_id:
        specs = await evaluations.kernels(await call.access(params.project_id))
    else:
        specs = await evaluations.list_common_kernels()
    return KernelsReply(kernels=[Kernel.of(spec) for spec in specs])


class ExecuteParams(msgspec.Struct):
    """Parameters: `hash`, or `input` and `kernel`.

    input: the code
    kernel: name of the kernel
    history: earlier inputs, which are run first in one go; their output and their errors are discarded
    project_id: where to run; a stopped project is started; without it in a hidden one, if the site has that on
    path: directory to change to, relative to the home directory or absolute; if that fails, standard error says so
    hash: only look up the kept result of an earlier call
    tag: goes into the server's log
    pool: accepted and ignored
    limits: accepted and ignored; 45 s and 5000000 characters in all, 30 s and 1000000 characters for a cell; without a
        project 30 s and 2500000, 15 s and 500000
    """

    input: str | None = None
    kernel: str | None = None
    history: list[str] = msgspec.field(default_factory=list)
    project_id: str | None = None
    path: str = ""
    hash: str | None = None
    tag: str = ""
    pool: dict[str, Any] | None = None
    limits: dict[str, Any] | None = None

    def spec(self) -> EvaluationSpec:
        if self.input is None:
            raise EvaluationRequestInvalid("input or hash must not be null")
        if not self.kernel:
            raise EvaluationRequestInvalid("kernel must be specified in hash is not specified")
        return EvaluationSpec(self.kernel, self.input, tuple(self.history), self.path)


_ITEMS = {"type": "array", "items": {"type": "object"}}
Output = Annotated[
    msgspec.Raw,
    msgspec.Meta(
        description="Printed text (`name`, `text`), results and displays (`data`, `metadata`), errors.",
        extra_json_schema=_ITEMS,
    ),
]


class ExecuteReply(Reply, tag_field="event", tag="jupyter_execute_response"):
    """`output`: a list of items: printed text (`name`, `text`), results and displays (`data`, `metadata`), errors.

    `time`: when it was run. For a `hash` of which no result is known, `output` is null and the rest absent.
    """

    output: Output | None
    time: str | None = None
    total_time_s: float | None = None

    @classmethod
    def of(cls, found: Evaluation | None) -> "ExecuteReply":
        if found is None:
            return cls(output=None)
        return cls(
            output=msgspec.Raw(found.output),
            time=timestamps.to_text(found.created),
            total_time_s=round(found.took_seconds, 3),
        )


@events.procedure("jupyter_execute", may_call=Caller.SHARED, failures=_FAILURES)
async def jupyter_execute(params: ExecuteParams, call: Call) -> ExecuteReply:
    """Run code in a kernel of its own, which ends with the call; the result can be looked up for a month.

    It ends when the caller hangs up, too, and then nothing is kept. A blank key, while it may call this at all, is told
    `not signed in`.
    """
    evaluations = call.platform.evaluations
    if params.hash:
        return ExecuteReply.of(await evaluations.find(call.principal, params.hash))
    spec = params.spec()
    access = await evaluations.place(call.principal, params.project_id)
    return ExecuteReply.of(await call.attended(evaluations.run(access, spec, tag=params.tag)))
