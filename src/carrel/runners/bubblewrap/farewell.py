"""How what runs in a sandbox is asked to end before it is killed.

The agent is not asked but stopped: it takes no notice of what ends meanwhile, so documents and commands are left as a
kill at once leaves them. Nothing here is relied on: what does not end, or may not be signalled, is killed afterwards.
"""

import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from carrel.kit.processes import Process, find_children, find_descendants

_HANG_UP_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Farewell:
    """One sandbox's end in the making; `first` is its process 1, whose oldest child is the agent."""

    first: Process
    agent: Process | None
    _begun_at: float = field(default_factory=time.monotonic)
    _told: set[signal.Signals] = field(default_factory=set)

    @classmethod
    def to(cls, first: Process) -> "Farewell":
        """That to the sandbox with this process 1."""
        return cls(first, next(iter(find_children(first.pid)), None))

    def ask(self) -> bool:
        """Ask those that are to be asked now; whether none is left. To be called again until then."""
        if self.agent is not None and not _is_stopped(self.agent):
            return False
        living = find_descendants(self.first.pid) - {self.agent}
        # Each signal is sent once: what a process starts to put its things in order is left alone.
        if signal.SIGTERM not in self._told:
            self._tell(signal.SIGTERM, living)
        # Interactive shells ignore SIGTERM. To hang up on them ends what they have started, so that comes late.
        is_late = time.monotonic() > self._begun_at + _HANG_UP_SECONDS
        if signal.SIGHUP not in self._told and (is_late or all(process.leads_terminal for process in living)):
            self._tell(signal.SIGHUP, [process for process in living if process.has_terminal])
        return not living

    def _tell(self, number: signal.Signals, processes: Iterable[Process]) -> None:
        self._told.add(number)
        for process in processes:
            with suppress(PermissionError):
                process.send(number)
                process.send(signal.SIGCONT)  # one that is stopped would not hear of it


def _is_stopped(agent: Process) -> bool:
    """Stop it; whether it has stopped, or ended."""
    agent.send(signal.SIGSTOP)
    return agent.is_stopped or not agent.is_running
