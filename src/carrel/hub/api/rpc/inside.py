"""RPC functions that run in a project, which has been started when they are called."""

from dataclasses import replace
from typing import Any

from carrel.domain.errors import DomainError
from carrel.domain.execution import ExecSpec
from carrel.hub.api.rpc.registry import Caller, Functions
from carrel.hub.api.v1 import execution
from carrel.hub.api.v1.jupyter import ExecuteParams, jupyter_execute
from carrel.hub.api.v1.projects import ProjectParams
from carrel.hub.call import Call
from carrel.kit import timestamps

functions = Functions()


class ComputeServerMissing(DomainError):
    """A command for a compute server, which this platform does not have."""

    code = "compute-server-missing"

    def __init__(self) -> None:
        super().__init__("there are no compute servers here")


@functions.procedure("system.ping", may_call=Caller.ON_PROJECT, only_reads=True)
async def ping(params: ProjectParams, call: Call) -> Any:
    """Tell the server's time, in milliseconds since the epoch."""
    return {"now": timestamps.to_milliseconds(call.platform.clock.now())}


@functions.procedure("system.test", may_call=Caller.ON_PROJECT, only_reads=True)
async def test(params: ProjectParams, call: Call) -> Any:
    """Tell which project it is."""
    now = timestamps.to_milliseconds(call.platform.clock.now())
    return {"project_id": params.project_id, "server_time": now}


class ExecParams(execution.ExecParams):
    timeout: float = 60
    cwd: str = ""
    compute_server_id: float = 0

    def spec(self) -> ExecSpec:
        if self.compute_server_id:
            raise ComputeServerMissing
        return replace(execution.ExecParams.spec(self), directory=self.cwd or self.path)


@functions.procedure("system.exec", may_call=Caller.ON_PROJECT, texts={DomainError: execution.reason})
async def run(params: ExecParams, call: Call) -> Any:
    """Run a command, as the event `project_exec` of API v1 does; the directory `cwd` wins over `path`."""
    return (await execution.project_exec(params, call)).fields()


@functions.procedure("system.jupyterExecute", may_call=Caller.ON_PROJECT)
async def execute(params: ExecuteParams, call: Call) -> Any:
    """Run code in a kernel of its own, which ends with the call; the value is the list of output items."""
    return (await jupyter_execute(params, call)).output
