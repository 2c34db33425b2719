"""Everything that a hub can ask an agent."""

from carrel.protocol.activity import ReadActivity
from carrel.protocol.documents import OpenDocument, ReadHistory, SaveDocument
from carrel.protocol.evaluations import Evaluate, ListKernels, ListRunningKernels, StopKernel
from carrel.protocol.execution import Exec, KillJob, Ping, ReadJob, StartJob
from carrel.protocol.terminals import EndTerminal, ListTerminals, OpenTerminal

AgentRequest = (
    Ping
    | Exec
    | StartJob
    | ReadJob
    | KillJob
    | OpenDocument
    | ReadHistory
    | SaveDocument
    | Evaluate
    | ListKernels
    | ListRunningKernels
    | StopKernel
    | OpenTerminal
    | ReadActivity
    | ListTerminals
    | EndTerminal
)
