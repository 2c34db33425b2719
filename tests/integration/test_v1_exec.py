"""project_exec over HTTP (api-v1 §8.7): every rule about how a command runs, and the exact words of every failure."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from support.people import Person


def run(person: Person, project_id: str, command: str, **params: Any) -> Any:
    return person.call("project_exec", project_id=project_id, command=command, **params)


def failure(command: str, args: str, reason: str) -> str:
    return f"Error executing command '{command}' with args '{args}' -- {reason}"


def test_a_program_runs_with_its_arguments_as_they_are(ada: Person, project: str) -> None:
    reply = run(ada, project, "echo", args=["a  b", "$HOME", "*"], id="x")
    assert reply == {
        "event": "project_exec_output",
        "id": "x",
        "stdout": "a  b $HOME *\n",
        "stderr": "",
        "exit_code": 0,
        "type": "blocking",
    }


def test_white_space_in_the_command_means_bash_unless_there_are_args(ada: Person, project: str) -> None:
    assert run(ada, project, "echo one; echo two >&2")["stdout"] == "one\n"
    assert run(ada, project, "echo\tone")["stdout"] == "one\n"
    text = ada.refusal("project_exec", project_id=project, command="echo one", args=["two"])
    assert text.startswith(
        failure("echo one", "two", "command ''echo one' (args=two)' was not able to run -- stderr='")
    )


def test_bash_with_args_quotes_and_joins_them(ada: Person, project: str) -> None:
    reply = run(ada, project, "printf", args=["%s|", "a b", "$(id)", "'"], bash=True)
    assert reply["stdout"] == "a b|$(id)|'|"
    assert run(ada, project, "echo", bash=True)["stdout"] == "\n"


def test_a_command_is_required(ada: Person, project: str) -> None:
    response = ada.post("project_exec", json={"project_id": project})
    assert response.status_code == 400
    assert "property 'command' must be specified" in response.json()["error"]
    assert run(ada, project, "", bash=True)["exit_code"] == 0


def test_commands_run_at_home_or_where_path_says(ada: Person, project: str) -> None:
    ada.shell(project, "mkdir -p exec/sub; touch exec/sub/here")
    home = run(ada, project, "pwd")["stdout"].strip()
    assert home.rpartition("/")[2] == project
    assert run(ada, project, "sh", args=["-c", "echo $HOME"])["stdout"].strip() == home
    assert run(ada, project, "ls", path="exec/sub")["stdout"] == "here\n"
    assert run(ada, project, "ls", path=f"{home}/exec/sub")["stdout"] == "here\n"
    assert run(ada, project, "pwd", path="/tmp")["stdout"] == "/tmp\n"


def test_a_missing_program_or_directory_is_told_even_without_err_on_exit(ada: Person, project: str) -> None:
    for err_on_exit in (True, False):
        params: dict[str, Any] = {"project_id": project, "err_on_exit": err_on_exit}
        text = ada.refusal("project_exec", command="no-such-program", args=["a", "b"], **params)
        start = failure(
            "no-such-program", "a,b", "command ''no-such-program' (args=a b)' was not able to run -- stderr='"
        )
        assert text.startswith(start), text
        text = ada.refusal("project_exec", command="ls", path="no/such/directory", **params)
        assert text.startswith(failure("ls", "", "command ''ls' (args=)' was not able to run -- stderr='")), text


def test_a_nonzero_exit_is_an_error_with_what_stderr_said(ada: Person, project: str) -> None:
    script = "echo out; echo no >&2; exit 3"
    text = ada.refusal("project_exec", project_id=project, command=script)
    assert text == failure(script, "", f"command '{script}' exited with nonzero code 3 -- stderr='no\n'")
    text = ada.refusal("project_exec", project_id=project, command="ls", args=["/no", "/nope"])
    assert text.startswith(failure("ls", "/no,/nope", "command ''ls' (args=/no /nope)' exited with nonzero code 2"))
    long = ada.refusal("project_exec", project_id=project, command="printf '%05000d' 0 >&2; exit 1")
    assert long.endswith(f"-- stderr='{'0' * 1024}'")


def test_without_err_on_exit_the_exit_code_is_told(ada: Person, project: str) -> None:
    reply = run(ada, project, "echo out; exit 3", err_on_exit=False)
    assert (reply["stdout"], reply["exit_code"]) == ("out\n", 3)


def test_a_command_killed_by_a_signal_has_128_and_the_signal(ada: Person, project: str) -> None:
    assert run(ada, project, "kill -9 $$", err_on_exit=False)["exit_code"] == 137
    assert run(ada, project, "kill -TERM $$", err_on_exit=False)["exit_code"] == 143
    text = ada.refusal("project_exec", project_id=project, command="kill -9 $$")
    assert "exited with nonzero code 137" in text


@pytest.mark.parametrize(
    ("script", "limit", "shown"),
    [
        ("echo xyz abc", 3, "xyz (truncated at 3 characters)"),
        ("echo abc", 4, "abc\n (truncated at 4 characters)"),
        ("echo abc", 5, "abc\n"),
        ("printf ééé", 2, "éé (truncated at 2 characters)"),
        ("printf a", 0, " (truncated at 0 characters)"),
        ("printf '\\xff\\xfe'", 10, "\ufffd\ufffd"),
    ],
)
def test_output_is_cut_at_max_output(ada: Person, project: str, script: str, limit: int, shown: str) -> None:
    assert run(ada, project, script, max_output=limit, bash=True)["stdout"] == shown
    both = run(ada, project, f"{script} >&2", max_output=limit, bash=True)
    assert both["stderr"] == shown


def test_a_flood_without_max_output_is_cut_at_10_mb(ada: Person, project: str) -> None:
    reply = run(ada, project, "yes | head -c 12000000")
    assert reply["stdout"] == "y\n" * 5_000_000 + " (truncated at 10000000 characters)"


def test_the_timeout_kills_the_whole_tree(ada: Person, project: str) -> None:
    started = time.monotonic()
    script = "setsid sleep 4242 & (sleep 4242 & wait) & sleep 4242"
    text = ada.refusal("project_exec", project_id=project, command=script, timeout=0.5)
    assert time.monotonic() - started < 5
    assert re.fullmatch(re.escape(failure(script, "", "killed command 'bash ")) + r"/\S+'", text)
    text = ada.refusal("project_exec", project_id=project, command="sleep", args=["4242", "1"], timeout=0.3)
    assert text == failure("sleep", "4242,1", "killed command 'sleep 4242 1'")
    assert run(ada, project, "pgrep -f 'sleep 424[2]'", err_on_exit=False)["stdout"] == ""


def test_a_timeout_of_zero_is_none(ada: Person, project: str) -> None:
    assert run(ada, project, "sleep 0.3; echo done", timeout=0)["stdout"] == "done\n"
    assert run(ada, project, "echo done", timeout=1e200)["stdout"] == "done\n"


def test_env_adds_variables(ada: Person, project: str) -> None:
    assert run(ada, project, 'echo "$A|$B"', env={"A": "x y", "B": "é"})["stdout"] == "x y|é\n"
    for env in ({"A=B": "x"}, {"": "x"}, {"A\x00": "x"}, {"A": "x\x00"}):
        assert "was not able to run" in ada.refusal("project_exec", project_id=project, command="env", env=env)


def test_unicode_and_binary_output_arrive(ada: Person, project: str) -> None:
    assert run(ada, project, "printf 'é\N{SNOWMAN}\N{GRINNING FACE}'")["stdout"] == "é\N{SNOWMAN}\N{GRINNING FACE}"
    reply = run(ada, project, "head -c 4096 /dev/zero; printf '\\xc3'")
    assert reply["stdout"] == "\x00" * 4096 + "\ufffd"


def test_standard_input_is_empty(ada: Person, project: str) -> None:
    assert run(ada, project, "cat; echo end", timeout=5)["stdout"] == "end\n"


def test_a_failed_connection_gets_a_hint(ada: Person, project: str) -> None:
    text = ada.refusal("project_exec", project_id=project, command="echo Connection refused >&2; exit 1")
    assert "Connection refused" in text
    assert text.endswith("help@example.com")


def test_a_stopped_project_is_started_first(ada: Person) -> None:
    assert run(ada, ada.new_project(), "echo here", timeout=1)["stdout"] == "here\n"


def test_a_command_whose_project_is_stopped_hears_of_it(ada: Person) -> None:
    project_id = ada.new_project()
    with ThreadPoolExecutor(1) as thread:
        reply = thread.submit(run, ada, project_id, "touch running; sleep 60", timeout=70)
        ada.shell(project_id, "until test -e running; do sleep 0.01; done")
        ada.call("stop_project", project_id=project_id)
        text = reply.result()["error"]
    assert text == failure("touch running; sleep 60", "", "connection to the project was lost: it was stopped")
    assert run(ada, project_id, "echo again")["stdout"] == "again\n"


def test_an_async_command_is_followed_to_its_end(ada: Person, project: str) -> None:
    job = run(ada, project, "echo begun; sleep 0.5; echo ended >&2; exit 4", async_call=True, timeout=30)
    assert (job["event"], job["type"], job["status"]) == ("project_exec_output", "async", "running")
    assert {"job_id", "pid", "start", "elapsed_s"} <= set(job)
    asked = {"project_id": project, "async_get": job["job_id"]}
    assert ada.call("project_exec", **asked)["job_id"] == job["job_id"]
    done = ada.call("project_exec", **asked, async_await=True, async_stats=True)
    assert (done["status"], done["exit_code"], done["stdout"], done["stderr"]) == ("error", 4, "begun\n", "ended\n")
    assert all({"timestamp", "mem_rss", "cpu_pct", "cpu_secs"} == set(sample) for sample in done["stats"])
    assert "stats" not in ada.call("project_exec", **asked)


def test_an_unknown_async_command_is_an_error(ada: Person, eve: Person, project: str) -> None:
    for wrong in ("nope", "", "x" * 100_000):
        assert "does not exist" in ada.refusal("project_exec", project_id=project, async_get=wrong)
    job = run(ada, project, "true", async_call=True)
    other = eve.new_project()
    assert "does not exist" in eve.refusal("project_exec", project_id=other, async_get=job["job_id"])


def test_equal_calls_with_aggregate_share_one_run(ada: Person, project: str) -> None:
    barrier = threading.Barrier(5)

    def call(value: Any) -> str:
        barrier.wait()
        return str(run(ada, project, "date +%N; sleep 0.5", aggregate=value)["stdout"])

    with ThreadPoolExecutor(5) as threads:
        same = set(threads.map(call, [7] * 5))
    assert len(same) == 1
    later = [run(ada, project, "date +%N; sleep 0.5", aggregate=value)["stdout"] for value in (7, "6", 8)]
    assert {later[0], later[1]} == same
    assert later[2] not in same


def test_an_aggregate_object_compares_by_equality(ada: Person, project: str) -> None:
    outputs = [run(ada, project, "date +%N", args=[], aggregate={"value": value})["stdout"] for value in (2, 2, 1)]
    assert outputs[0] == outputs[1] != outputs[2]


@pytest.mark.parametrize("value", [[1], ["a", 1], True, [[]]])
def test_an_aggregate_of_another_type_is_refused(ada: Person, project: str, value: Any) -> None:
    response = ada.post("project_exec", json={"project_id": project, "command": "date", "aggregate": value})
    assert response.status_code == 400
    assert "'aggregate' must be" in response.json()["error"]


def test_aggregates_of_different_kinds_do_not_meet(ada: Person, project: str) -> None:
    values: list[Any] = [1, "a", {"value": 1}, 2.5, "", {}]
    replies = [run(ada, project, "date +%N", aggregate=value) for value in values]
    assert all(reply["event"] == "project_exec_output" for reply in replies)


def test_many_calls_of_one_project_run_at_the_same_time(ada: Person, project: str) -> None:
    with ThreadPoolExecutor(20) as threads:
        started = time.monotonic()
        replies = list(threads.map(lambda n: run(ada, project, f"sleep 0.5; echo {n}"), range(20)))
    assert [reply["stdout"] for reply in replies] == [f"{n}\n" for n in range(20)]
    assert time.monotonic() - started < 8
