"""Part B of the specification, sentence by sentence: API v2 about projects and what is done in them."""

from typing import Any

from support.spec import ANY, NOBODY, UUID, Covered, Row, answer
from support.spec_rows.rpc import query
from support.spec_rows.v2_accounts import ADMIN_NEEDED, OK, SUCCESS, UNSIGNED, v2

PROJECTS = "integration/test_v2_projects.py::"
FURTHER = "integration/test_v2_further.py::"
PLACE = {"project_id": "<project>"}
MADE = {"project_id": "<v2_made>"}
NO_UUID = "project_id must be a valid uuid"
NOT_ON_IT = "user must be a collaborator on the project"
KERNELS_DENIED = "permission denied -- user must be collaborator on project"
LAST_OWNER = "Cannot change the last owner to collaborator. At least one owner is required."
RAN = {"type": "blocking", "stdout": "a\n", "stderr": "", "exit_code": 0}
ROLE = "projects/collaborators/change-user-type"


def refused(endpoint: str, text: str, malformed: str = NO_UUID, **params: Any) -> list[Row]:
    """What is said to who is not on the project, of an id that is none, and without a key."""
    return [
        v2(endpoint, PLACE | params, text, "eve"),
        v2(endpoint, {"project_id": NOBODY} | params, text),
        v2(endpoint, {"project_id": "x"} | params, malformed),
        v2(endpoint, PLACE | params, UNSIGNED, ""),
    ]


def listed(title: str, **more: Any) -> dict[str, Any]:
    return {"project_id": ANY, "title": title, "description": "", "name": None} | more


T = {"title": "T", "description": "D"}
ABOUT_PROJECTS = [
    v2("projects/create", {}, "user must be signed in", ""),
    v2("projects/create", {}, "not available with a project API key", "project"),
    v2("projects/get", {}, [listed("Hers")], "eve"),
    v2(
        "projects/create",
        T | {"image": "i", "license": "l", "public_path_id": "0" * 40, "unknown": 1},
        {"project_id": UUID},
        "eve",
        keep={"v2_made": "project_id"},
    ),
    v2("projects/get", {}, [listed(**T) | MADE, listed("Hers")], "eve"),
    v2("projects/get", {"limit": "1"}, [listed(**T) | MADE], "eve"),
    v2("projects/get", {"account_id": "<member>"}, [listed("My First Project")], "admin"),
    v2("projects/get", {"account_id": "<member>"}, ADMIN_NEEDED),
    v2("projects/get-one", {}, listed(**T) | MADE, "eve"),
    Covered("B", PROJECTS + "test_a_project_is_made_listed_described_and_deleted"),
    v2("projects/update", MADE | {"title": "U", "description": "", "name": "v2-name"}, OK, "eve"),
    v2("projects/get-one", {}, listed("U", description="D", name="v2-name") | MADE, "eve"),
    v2("projects/update", MADE | {"title": "x", "account_id": "<bob>"}, ADMIN_NEEDED, "eve"),
    v2("projects/update", MADE | {"title": "V", "account_id": "<eve>"}, OK, "admin"),
    v2("projects/stop", MADE, OK, "eve"),
    v2("projects/collaborators/add", MADE | {"account_id": "<bob>"}, OK, "eve"),
    v2("projects/delete", MADE, OK, "bob"),
    v2("projects/get", {}, [listed("Hers")], "eve"),
    v2("projects/restore", MADE, OK, "bob"),
    v2("projects/get-one", {}, listed("V", description="D", name="v2-name") | MADE, "eve"),
    *(
        row
        for what in ("start", "stop", "restart", "touch", "update")
        for row in refused(f"projects/{what}", f"must be a collaborator to {what} project")
    ),
    *(
        row
        for what in ("delete", "restore")
        for row in refused(f"projects/{what}", "must be an owner to delete a project")
    ),
    *(
        v2(f"projects/{what}", {"project_id": "<other>"}, text, "project")
        for what, text in [
            ("start", "must be a collaborator to start project"),
            ("stop", "must be a collaborator to stop project"),
        ]
    ),
    Covered("B", PROJECTS + "test_a_form_is_taken_as_well"),
    Covered("B", PROJECTS + "test_a_project_is_started_and_stopped"),
    Covered("B", PROJECTS + "test_a_projects_key_acts_on_its_project_alone"),
    Covered("B", PROJECTS + "test_an_embed_session_acts_within_its_scope"),
]
PEOPLE = [
    v2(
        "projects/collaborators/list",
        MADE,
        [{"account_id": f"<{name}>", "first_name": name.title(), "last_name": "Test"} for name in ("eve", "bob")],
        "admin",
    ),
    *(
        row
        for what, more in [
            ("list", {}),
            ("add", {"account_id": "<vic>"}),
            ("remove", {"account_id": "<vic>"}),
            ("change-user-type", {"target_account_id": "<vic>", "new_group": "owner"}),
        ]
        for row in refused(f"projects/collaborators/{what}", "user must be a collaborator", **more)
    ),
    *(
        v2(ROLE, MADE | {"target_account_id": f"<{who}>", "new_group": group}, reply, by)
        for by, who, group, reply in [
            ("bob", "bob", "owner", "Only project owners can change user types"),
            ("eve", "eve", "collaborator", LAST_OWNER),
            ("eve", "bob", "owner", OK),
            ("eve", "bob", "collaborator", OK),
        ]
    ),
    v2(
        "projects/collaborators/remove",
        MADE | {"account_id": "<eve>"},
        "Cannot remove an owner. Demote to collaborator first.",
        "bob",
    ),
    v2("projects/collaborators/remove", MADE | {"account_id": "<bob>"}, OK, "eve"),
    v2("projects/set-admin-quotas", MADE | {"memory_limit": 500}, ADMIN_NEEDED, "eve"),
    v2(
        "projects/set-admin-quotas",
        MADE
        | {"memory_limit": 500, "memory_request": 100, "cpu_request": 0.5, "cpu_limit": "0.5", "disk_quota": 900}
        | {"idle_timeout": 60, "internet": "yes", "member_host": 0, "always_running": False},
        SUCCESS,
        "admin",
    ),
    Covered("B", PROJECTS + "test_quotas_are_for_admins_and_restart_what_runs"),
]
COPY = {"src_project_id": "<project>", "path": "a.txt", "target_project_id": "<project>", "target_path": "b.txt"}
INSIDE = [
    v2("projects/write-text-file", PLACE | {"content": "x"}, "must specify a 'path'"),
    v2("projects/write-text-file", PLACE | {"path": "a.txt"}, "must include content of file"),
    v2("projects/write-text-file", PLACE | {"path": "a.txt", "content": "text"}, OK),
    *refused("projects/write-text-file", NOT_ON_IT, path="a.txt", content=""),
    v2("projects/copy-path", COPY, {"copy_id": ""}),
    v2("projects/copy-path", COPY | {"wait_until_done": "false"}, {"copy_id": UUID}, keep={"v2_copy": "copy_id"}),
    v2("projects/copy-path-status", {"copy_id": "<v2_copy>"}, {"started": ANY, "finished": ANY, "copy_error": None}),
    v2("projects/copy-path-status", {"copy_id": NOBODY}, "copy_id not found"),
    v2("projects/copy-path-status", {"copy_id": "<v2_copy>"}, "copy_id not found", "eve"),
    v2("projects/copy-path", COPY | {"target_project_id": "<foreign>"}, "must be a collaborator on target project"),
    v2("projects/copy-path", COPY | {"src_project_id": "<foreign>"}, "must be a collaborator on source project"),
    v2("projects/copy-path", COPY | {"src_project_id": "x"}, NO_UUID),
    v2("projects/copy-path", COPY | {"public_id": "0" * 40}, "path is not public"),
    Covered("B", PROJECTS + "test_files_are_written_and_copied"),
    Covered("B", PROJECTS + "test_what_is_public_can_be_copied_and_nothing_else"),
    v2("exec", {"project_id": "<running>", "command": "echo", "args": "a"}, RAN, "owner"),
    v2(
        "exec",
        {"project_id": "<running>", "command": "exit 3", "bash": True},
        "Error executing command 'exit 3' with args '' -- command 'exit 3' exited with nonzero code 3 -- stderr=''",
        "owner",
    ),
    *refused("exec", NOT_ON_IT, command="ls"),
    Covered("B", PROJECTS + "test_commands_run_as_in_the_first_version"),
    *(row for row in refused("jupyter/execute", KERNELS_DENIED, KERNELS_DENIED, input="1", kernel="python3")),
    *(row for row in refused("jupyter/kernels", KERNELS_DENIED, KERNELS_DENIED)),
    v2("jupyter/execute", {"hash": "0" * 40}, {"output": None, "success": True}),
    v2("jupyter/execute", {"input": "1", "kernel": "python3"}, "Jupyter API is not enabled on this server."),
    v2("jupyter/execute", {"kernel": "python3"}, "input or hash must not be null"),
    v2("jupyter/execute", {"input": "1"}, "kernel must be specified in hash is not specified"),
    Covered("B", FURTHER + "test_kernels_are_listed_and_run_code"),
    *refused("latex", NOT_ON_IT, path="a.tex"),
    Covered("B", FURTHER + "test_a_document_is_compiled_and_its_pdf_is_had_without_a_key"),
    *refused("projects/copy-url", NOT_ON_IT, url="http://example.com/a"),
    Covered("B", FURTHER + "test_a_project_fetches_from_the_net_what_its_network_reaches"),
    *refused("projects/call", NOT_ON_IT, mesg={"event": "project_exec", "command": "ls"}),
    v2(
        "projects/call",
        {"project_id": "<running>", "mesg": {"event": "project_exec", "id": "7", "command": "echo", "args": ["a"]}},
        answer("project_exec_output", id="7", **RAN),
        "owner",
    ),
    Covered("B", FURTHER + "test_a_message_to_a_project_is_answered_as_an_event"),
    v2("file-access", {"interval": "2 hours"}, {"files": ANY}),
    v2("file-access", {}, UNSIGNED, ""),
    v2("projects/filename-search", {"search": "no-such-file"}, []),
    v2("projects/filename-search", {"search": "a"}, UNSIGNED, ""),
    Covered("B", FURTHER + "test_files_that_were_opened_are_found_again"),
    v2("messages/send", {"to_ids": ["<bob>"], "subject": "v2", "body": "b"}, {"status": "ok", "id": ANY}),
    v2("messages/get", {"type": "sent", "limit": 0}, {"status": "ok", "messages": []}, "vic"),
    v2("messages/get", {}, UNSIGNED, ""),
    v2(
        "user-query",
        {"query": {"sent_messages": {"to_ids": ["<bob>"], "subject": "Liked", "liked": True}}},
        {"query": {}},
    ),
    v2(
        "user-query",
        {"query": {"sent_messages": {"subject": "Liked", "liked": None, "read": None}}},
        {"query": {"sent_messages": {"subject": "Liked", "liked": True, "read": False}}},
    ),
    v2(
        "user-query",
        {"query": {"sent_messages": {"id": 2**30, "liked": True}}},
        f"FATAL: there is no message {2**30} from you",
    ),
    Covered("B", FURTHER + "test_messages_are_sent_and_got_and_not_too_often"),
    query({"public_paths": PLACE | {"path": "v2-open"}}, {}),
    Row(
        "B",
        "query",
        {"query": {"public_paths": [PLACE | {"path": "v2-open", "id": None}]}},
        ANY,
        keep={"v2_public": "query.public_paths.0.id"},
    ),
    v2("public-paths/save", {"id": "<v2_public>"}, {}),
    Covered("B", FURTHER + "test_a_public_path_says_when_it_was_saved"),
]
ROWS = [*ABOUT_PROJECTS, *PEOPLE, *INSIDE]
