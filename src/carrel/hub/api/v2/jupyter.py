"""Jupyter kernels for programs of the compatible product: which there are, and code that is run once in one."""

from msgspec import UNSET, Struct, UnsetType

from carrel.domain.embed_sessions import Ability
from carrel.domain.projects import PermissionMissing, ProjectIdInvalid
from carrel.hub.api.v1.jupyter import ExecuteParams, Kernel, KernelsParams, Output, jupyter_execute, jupyter_kernels
from carrel.hub.api.v2.compatible import CompatibleProcedures
from carrel.hub.api.v2.inside_projects import demand, refuse_scoped
from carrel.hub.api.v2.procedure import V2Call
from carrel.hub.routes import RouteAccess

procedures = CompatibleProcedures()

_DENIED = "permission denied -- user must be collaborator on project"
TEXTS = {PermissionMissing: _DENIED, ProjectIdInvalid: _DENIED}


class RunParams(ExecuteParams):
    """`noCache`: accepted; code is always run, and results are only looked up by `hash`."""

    noCache: bool = False


class RunReply(Struct):
    """`output` is null for a `hash` of which no result is known; `created`: when it was run."""

    output: Output | None
    success: bool
    created: str | UnsetType = UNSET


@procedures.post("/jupyter/execute", access=RouteAccess.CALLER, texts=TEXTS)
async def execute(params: RunParams, call: V2Call) -> RunReply:
    """Run code in a kernel of its own, which ends with the call; or look up a result by its `hash`."""
    demand(Ability.RUN, call)
    refuse_scoped(call)
    reply = await jupyter_execute(params, call.in_v1)
    return RunReply(reply.output, True, reply.time or UNSET)


class KernelsReply(Struct):
    kernels: list[Kernel]
    success: bool


@procedures.post("/jupyter/kernels", access=RouteAccess.CALLER, texts=TEXTS, only_reads=True)
async def kernels(params: KernelsParams, call: V2Call) -> KernelsReply:
    """The kernels of a project, which is started; without one, those that every project has."""
    refuse_scoped(call)
    return KernelsReply((await jupyter_kernels(params, call.in_v1)).kernels, True)
