"""RPC functions that run in a project, which has been started when they are called."""

from dataclasses import replace
from typing import Any

from msgspec import Struct

from carrel.domain.errors import DomainError
from carrel.domain.execution import ExecSpec
from carrel.hub.api.rpc.registry import Caller, Functions
from carrel.hub.api.v1 import execution
from carrel.hub.api.v1.jupyter import ExecuteParams, jupyter_execute
from carrel.hub.api.v1.projects import ProjectParams
from carrel.hub.call import Call
from carrel.kit import timestamps

functions = Functions()

_LARGEST_PID = 1 << 22  # proc(5), pid_max


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


@functions.procedure("system.listJupyterKernels", may_call=Caller.ON_PROJECT, only_reads=True)
async def list_kernels(params: ProjectParams, call: Call) -> Any:
    """List the processes of the project that are Jupyter kernels."""
    running = await call.platform.evaluations.running(await call.access(params.project_id))
    return [
        {"pid": one.pid, "connectionFile": one.connection_file} | ({"kernel_name": one.name} if one.name else {})
        for one in running
    ]


class StopParams(Struct):
    project_id: str
    pid: float


@functions.procedure("system.stopJupyterKernel", may_call=Caller.ON_PROJECT)
async def stop_kernel(params: StopParams, call: Call) -> Any:
    """Kill a kernel; no success if there is none with that process."""
    access = await call.access(params.project_id)
    return {"success": await call.platform.evaluations.stop(access, max(0, min(int(params.pid), _LARGEST_PID)))}
