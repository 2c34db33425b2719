"""RPC functions about Jupyter kernels: which there are, and code that is run once in a kernel of its own."""

from msgspec import Struct

from carrel.domain.projects import PermissionMissing, ProjectIdInvalid
from carrel.hub.api.rpc.registry import Caller, Functions
from carrel.hub.api.v1.jupyter import ExecuteParams, Kernel, KernelsParams, Output, jupyter_execute, jupyter_kernels
from carrel.hub.call import Call

functions = Functions()

_DENIED = "permission denied -- user must be collaborator on project"
_TEXTS = {PermissionMissing: _DENIED, ProjectIdInvalid: _DENIED}


@functions.procedure("jupyter.kernels", may_call=Caller.ACCOUNT, only_reads=True, texts=_TEXTS)
async def kernels(params: KernelsParams, call: Call) -> list[Kernel]:
    """List the kernels of a project; without one, those that every project has, which starts none."""
    return (await jupyter_kernels(params, call)).kernels


class Evaluated(Struct):
    """Null for a `hash` of which no result is known; `created`: when it was run."""

    output: Output | None
    created: str | None


@functions.procedure("jupyter.execute", may_call=Caller.ACCOUNT, texts=_TEXTS)
async def execute(params: ExecuteParams, call: Call) -> Evaluated:
    """Run code in a kernel of its own, which ends with the call."""
    reply = await jupyter_execute(params, call)
    return Evaluated(reply.output, reply.time)
