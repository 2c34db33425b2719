"""RPC functions that run in a project, which has been started when they are called."""

import re
from dataclasses import replace

import msgspec
from msgspec import UNSET, Struct, UnsetType

from carrel import __version__
from carrel.domain.errors import DomainError
from carrel.domain.execution import ExecResult, ExecSpec
from carrel.hub.api.rpc.registry import Caller, Functions
from carrel.hub.api.rpc.system import Now
from carrel.hub.api.v1 import execution
from carrel.hub.api.v1.jupyter import ExecuteParams, Output, jupyter_execute
from carrel.hub.api.v1.projects import ProjectParams
from carrel.hub.call import Call
from carrel.kit import timestamps

functions = Functions()

_SIGNAL = re.compile("[0-9]{1,2}|[A-Z]{1,10}[+-]?[0-9]{0,2}", re.ASCII)
_PID = re.compile("[1-9][0-9]{0,6}", re.ASCII)
_PROGRAMS = {
    "git": "git",
    "html2pdf": "chromium",
    "latex": "latexmk",
    "pandoc": "pandoc",
    "qmd": "quarto",
    "rmd": "Rscript",
    "sage": "sage",
    "vscode": "code-server",
    "x11": "xpra",
}
"""What each capability of a project needs."""
_LARGEST_PID = 1 << 22  # proc(5), pid_max


class ComputeServerMissing(DomainError):
    """A command for a compute server, which this platform does not have."""

    code = "compute-server-missing"

    def __init__(self) -> None:
        super().__init__("there are no compute servers here")


@functions.procedure("system.ping", may_call=Caller.ON_PROJECT, only_reads=True)
async def ping(params: ProjectParams, call: Call) -> Now:
    """Tell the server's time, in milliseconds since the epoch."""
    return Now(timestamps.to_milliseconds(call.platform.clock.now()))


class Tested(Struct):
    project_id: str
    server_time: int


@functions.procedure("system.test", may_call=Caller.ON_PROJECT, only_reads=True)
async def test(params: ProjectParams, call: Call) -> Tested:
    """Tell which project it is."""
    now = timestamps.to_milliseconds(call.platform.clock.now())
    return Tested(params.project_id, now)


class ExecParams(execution.ExecParams):
    timeout: float = 60
    cwd: str = ""
    compute_server_id: float = 0

    def spec(self) -> ExecSpec:
        if self.compute_server_id:
            raise ComputeServerMissing
        return replace(execution.ExecParams.spec(self), directory=self.cwd or self.path)


@functions.procedure("system.exec", may_call=Caller.ON_PROJECT, texts={DomainError: execution.reason})
async def run(params: ExecParams, call: Call) -> execution.Executed:
    """Run a command, as the event `project_exec` of API v1 does; the directory `cwd` wins over `path`."""
    return (await execution.project_exec(params, call)).plain()


@functions.procedure("system.jupyterExecute", may_call=Caller.ON_PROJECT)
async def execute(params: ExecuteParams, call: Call) -> Output | None:
    """Run code in a kernel of its own, which ends with the call; the value is the list of output items."""
    return (await jupyter_execute(params, call)).output


class RunningKernel(Struct):
    pid: int
    connectionFile: str
    kernel_name: str | UnsetType = UNSET


@functions.procedure("system.listJupyterKernels", may_call=Caller.ON_PROJECT, only_reads=True)
async def list_kernels(params: ProjectParams, call: Call) -> list[RunningKernel]:
    """List the processes of the project that are Jupyter kernels."""
    running = await call.platform.evaluations.running(await call.access(params.project_id))
    return [RunningKernel(one.pid, one.connection_file, one.name or UNSET) for one in running]


class StopParams(Struct):
    project_id: str
    pid: float


class Stopped(Struct):
    success: bool


@functions.procedure("system.stopJupyterKernel", may_call=Caller.ON_PROJECT)
async def stop_kernel(params: StopParams, call: Call) -> Stopped:
    """Kill a kernel; no success if there is none with that process."""
    access = await call.access(params.project_id)
    return Stopped(await call.platform.evaluations.stop(access, max(0, min(int(params.pid), _LARGEST_PID))))


class SignalParams(Struct):
    project_id: str
    signal: str = "2"
    pid: str | None = None
    pids: list[str] = msgspec.field(default_factory=list)


class SignalRefused(DomainError):
    """A signal that is none, or that reached no process; the text says which."""

    code = "signal-refused"


@functions.procedure("system.signal", may_call=Caller.ON_PROJECT)
async def send_signal(params: SignalParams, call: Call) -> None:
    """Send a signal (its number or name, without one 2) to processes of the project."""
    pids = params.pids if params.pid is None else [params.pid, *params.pids]
    if not _SIGNAL.fullmatch(params.signal) or not pids or not all(map(_PID.fullmatch, pids)):
        raise SignalRefused("a signal has a number or a name, and goes to processes by their numbers")
    script = f"kill -s {params.signal} -- {' '.join(pids)}"
    done = await _shell(script, params.project_id, call)
    if done.exit_code != 0:
        raise SignalRefused(done.stderr.strip().rpartition("kill: ")[2])


class Configuration(Struct):
    """`capabilities`: whether there is the program, by what it is for."""

    timestamp: str
    capabilities: dict[str, bool]


@functions.procedure("system.configuration", may_call=Caller.ON_PROJECT, only_reads=True)
async def configuration(params: ProjectParams, call: Call) -> Configuration:
    """Tell what the project has the programs for: `capabilities`, each true or false."""
    script = f"for name in {' '.join(_PROGRAMS.values())}; do command -v $name; done; true"
    found = {line.rpartition("/")[2] for line in (await _shell(script, params.project_id, call)).stdout.splitlines()}
    capabilities = {what: program in found for what, program in _PROGRAMS.items()}
    evaluations = call.platform.evaluations
    capabilities["jupyter"] = evaluations.is_enabled and bool(await evaluations.list_common_kernels())
    return Configuration(timestamps.to_text(call.platform.clock.now()), capabilities)


async def _shell(script: str, project_id: str, call: Call) -> ExecResult:
    return await call.platform.execution.run(await call.access(project_id), ExecSpec(script=script))


@functions.procedure("system.version", may_call=Caller.ON_PROJECT, only_reads=True)
async def version(params: ProjectParams, call: Call) -> str:
    """Tell the version of the server that runs the project."""
    return __version__
