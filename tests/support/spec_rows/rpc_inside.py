"""Part A, sentence by sentence: the functions that run in a project, one that runs already."""

from typing import Any

from support.spec import ANY, ANY_MS, HUB, PROJECT, Covered, Like, Row
from support.spec_rows.rpc import CLIENT

FURTHER = "integration/test_rpc_further.py::"
HERE = {"project_id": "<running>"}


def inside(name: str, params: Any, reply: Any, **others: Any) -> Row:
    beside = HERE | others.pop("beside", {})
    return Row("A3", f"system.{name}", params, reply, by="owner", dialect=PROJECT, beside=beside, **others)


def ran(stdout: Any = "", stderr: Any = "", exit_code: int = 0) -> dict[str, Any]:
    return {"type": "blocking", "stdout": stdout, "stderr": stderr, "exit_code": exit_code}


def shell(script: str, reply: Any, **params: Any) -> Row:
    return inside("exec", {"command": script, "bash": True} | params, reply)


ROWS = [
    Row(
        "A3",
        "system.manageApiKeys",
        {"action": "create", "project_id": "<running>", "name": "rows"},
        [ANY],
        by="owner",
        dialect=HUB,
        keep={"own_key": "0.secret"},
    ),
    *(
        Row("A3", f"system.{name}", {}, reply, dialect=PROJECT, headers={"authorization": "Bearer <own_key>"})
        for name, reply in [
            ("ping", {"now": ANY_MS}),
            ("test", {"project_id": "<running>", "server_time": ANY_MS}),
        ]
    ),
    inside("test", {"project_id": "<foreign>"}, {"project_id": "<running>", "server_time": ANY_MS}),
    shell("pwd", ran("/tmp\n"), cwd="/tmp", path="no/such"),
    shell("echo $A", ran("b\n"), env={"A": "b"}),
    shell("exit 3", ran(exit_code=3), err_on_exit=False),
    inside("exec", {"command": "echo", "args": ["a  b"]}, ran("a  b\n")),
    shell(
        "echo no >&2; exit 42",
        "Error: command 'echo no >&2; exit 42' exited with nonzero code 42 -- stderr='no\n'",
    ),
    shell("true", "Error: there are no compute servers here", compute_server_id=1),
    shell("true", ran(), compute_server_id=0),
    inside("exec", {"async_get": "nothing"}, "Error: Async operation 'nothing' does not exist."),
    inside(
        "exec",
        {"command": "sleep", "args": ["60"]},
        "timeout: no response within 200 ms (system.exec)",
        beside={"timeout": 200},
    ),
    inside(
        "exec",
        {"command": "echo later", "bash": True, "async_call": True},
        {
            "type": "async",
            "job_id": ANY,
            "pid": ANY,
            "status": "running",
            "start": ANY_MS,
            "stdout": "",
            "stderr": "",
            "exit_code": 0,
            "elapsed_s": ANY,
        },
        keep={"job": "job_id"},
    ),
    inside(
        "exec",
        {"async_get": "<job>", "async_await": True},
        {
            "type": "async",
            "job_id": "<job>",
            "pid": ANY,
            "status": "completed",
            "start": ANY_MS,
            "stdout": "later\n",
            "stderr": "",
            "exit_code": 0,
            "elapsed_s": ANY,
        },
    ),
    inside("listJupyterKernels", {}, ANY),
    inside("stopJupyterKernel", {"pid": 1}, {"success": False}),
    Covered("A3", CLIENT + "test_kernels_are_listed_and_run_code", ("system.jupyterExecute",)),
    Covered("A3", CLIENT + "test_kernels_that_run_are_listed_and_stopped"),
    Covered("A3", CLIENT + "test_kernels_of_terminals_are_kernels_and_other_processes_are_not"),
    Covered("A3", CLIENT + "test_commands_in_the_background_are_asked_for"),
    Covered("A3", CLIENT + "test_a_call_that_takes_longer_than_its_timeout_is_given_up"),
    inside("writeTextFileToProject", {"path": "rows/a.txt", "content": "text"}, None),
    inside("readTextFileFromProject", {"path": "rows/a.txt"}, Like("text")),
    inside("listing", {"path": "rows"}, [{"name": "a.txt", "size": 4, "mtime": ANY}]),
    inside("renameFile", {"src": "rows/a.txt", "dest": "rows/.b"}, None),
    inside("listing", {"path": "rows"}, []),
    inside("listing", {"path": "rows", "hidden": True}, [{"name": ".b", "size": 4, "mtime": ANY}]),
    inside("moveFiles", {"paths": ["rows/.b"], "dest": "."}, None),
    inside("realpath", ["rows/.././.b"], Like("[.]b")),
    inside("canonicalPaths", [["rows/../.b", "."]], [".b", ""]),
    inside("deleteFiles", {"paths": [".b", "rows"]}, None),
    Covered("A3", FURTHER + "test_files_are_handled_inside_a_project"),
    Covered(
        "A3",
        FURTHER + "test_a_project_tells_what_it_can_do_and_takes_signals",
        ("system.configuration", "system.signal", "system.version"),
    ),
]
