"""Gives rooms with notebooks what they need to run their cells; imported with the agent, so it imports little."""

from typing import TYPE_CHECKING

from carrel.agent.documents.extension import Extension, Host

if TYPE_CHECKING:
    from carrel.agent.kernels.sessions import Kernels


def running_notebooks(kernels: "Kernels") -> Extension:
    """The extension; `kernels` are those of the project."""

    def extend(host: Host) -> None:
        if host.kind != "notebook":
            return
        from carrel.agent.notebooks.calls import Calls
        from carrel.agent.notebooks.runner import Runner

        runner = Runner(host, kernels)
        runner.mend()
        Calls(host, runner).register()
        host.on_enter(runner.greet)
        host.on_close(runner.close)
        host.start(runner.run)
        kernels.warm()

    return extend
