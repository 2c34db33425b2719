"""Part A of the specification of the RPC endpoints, sentence by sentence: who calls how, the server, projects."""

from typing import Any

from support.spec import ANY, ANY_MS, HUB, NOBODY, PROJECT, TIME, UUID, Covered, Row

LIFE = "unit/services/test_lifecycle.py::"
CLIENT = "integration/test_rpc_client.py::"
CALLERS = "integration/test_rpc_callers.py::"
NO_HEADER = "You must provide authentication via an API key."
HUB_STRANGER = "must be signed in and MUST provide an api key (cookies are not allowed)"
PROJECT_STRANGER = "must sign in as project or account"
NOT_ON_IT = "user must be a collaborator on the project"
PLACE = {"project_id": "<project>"}
ASKED = dict.fromkeys(("project_id", "title", "last_edited", "created", "state", "deleted", "users"))
"""What the client asks for of a project."""


def hub(name: str, params: Any, reply: Any, by: str = "ada", **others: Any) -> Row:
    return Row("A2", name, params, reply, by=by, dialect=HUB, **others)


def refused(name: str, params: Any, text: str, by: str = "ada", **others: Any) -> Row:
    """By the function, whose texts have a prefix."""
    return hub(name, params, f"Error: {text}", by, **others)


def at(endpoint: str, reply: Any, by: str = "ada", name: str = "system.ping", params: Any = None, **others: Any) -> Row:
    """The endpoint itself."""
    dialect = HUB if endpoint == "hub" else PROJECT
    return Row("A1", name, {} if params is None else params, reply, by=by, dialect=dialect, **others)


def query(asked: Any, reply: Any, by: str = "ada", **others: Any) -> Row:
    return hub("db.userQuery", {"query": asked} | others, reply, by)


def found(name: str, **more: Any) -> dict[str, Any]:
    told = {"account_id": f"<{name}>", "first_name": name.title(), "last_name": "Test", "name": None}
    return told | {"last_active": ANY, "created": ANY_MS, "email_address_verified": None} | more


def of_project(what: str, by: str, project: str = "<project>") -> Row:
    """Not being on a project, being too little, and a wrong id are told alike, and admins may no more than others."""
    name = what.partition(" ")[2] if what.startswith("get ") else what.partition(" ")[0]
    text = f"must be collaborator on project to {what}"
    return refused(f"projects.{name}", {"project_id": project}, text, by)


ENDPOINTS = [
    at("hub", {"now": ANY_MS}),
    at("hub", {"now": ANY_MS}, params=[]),
    at("hub", {"now": ANY_MS}, headers={"authorization": "Bearer <ada_key>"}, by=""),
    *(at(endpoint, NO_HEADER, "") for endpoint in ("hub", "project")),
    at("hub", NO_HEADER, headers={"cookie": "__Host-carrel-session=x", "origin": "http://127.0.0.1"}),
    at("hub", "Unknown authorization type 'Digest'", headers={"authorization": "Digest x"}),
    *(at("hub", HUB_STRANGER, who) for who in ("blank", "project")),
    at("hub", HUB_STRANGER, headers={"authorization": "Bearer sk-nobody"}),
    at("project", PROJECT_STRANGER, "blank", beside=PLACE),
    at("project", "must specify project_id or use project-specific api key"),
    at("project", "project specific api key must match requested project", "project", beside={"project_id": "<other>"}),
    *(at("project", NOT_ON_IT, who, beside=PLACE) for who in ("eve", "vic", "admin")),
    at("project", NOT_ON_IT, beside={"project_id": NOBODY}),
    at("project", "invalid account_id or project_id -- all must be valid uuid's", beside={"project_id": "x"}),
    at("hub", "Error: unknown function 'system.exec'", name="system.exec"),
    at("project", "Error: unknown function 'system.userSearch'", name="system.userSearch", beside=PLACE),
    at("hub", "Error: unknown function ''", name=""),
    at(
        "hub",
        {"account_id": "<ada>", "server_time": ANY_MS},
        name="system.test",
        params={"account_id": "<eve>", "unknown": 1},
    ),
    Covered("A1", CALLERS + "test_what_is_no_call_is_told_so"),
    Covered("A1", CALLERS + "test_a_call_says_which_project_unless_its_key_does"),
    Covered("A1", CLIENT + "test_a_state_never_looks_like_a_failure"),
    Covered("A1", CLIENT + "test_a_project_lives_from_its_making_to_its_end"),
]
SYSTEM = [
    hub("system.ping", {}, {"now": ANY_MS}, "bob"),
    hub("system.test", {}, {"account_id": "<bob>", "server_time": ANY_MS}, "bob"),
    hub(
        "system.getNames",
        [["<vic>", "<nobody>", "x"]],
        {
            "<vic>": {"first_name": "Vic", "last_name": "Test"},
            "<nobody>": {"first_name": "Deleted", "last_name": "User"},
            "x": {"first_name": "Deleted", "last_name": "User"},
        },
    ),
    hub("system.getNames", [[]], {}),
    query({"accounts": {"profile": {"color": "red"}}}, {}, "vic"),
    hub(
        "system.getNames",
        [["<vic>"]],
        {"<vic>": {"first_name": "Vic", "last_name": "Test", "profile": {"color": "red"}}},
    ),
    hub("system.userSearch", {"query": "<vic_email>"}, [found("vic", email_address="<vic_email>")]),
    hub("system.userSearch", {"query": "<vic>"}, [found("vic")]),
    hub("system.userSearch", {"query": "vic test", "limit": 1}, [ANY]),
    hub("system.userSearch", {"query": "vic test", "only_email": True}, []),
    hub("system.userSearch", {"query": "no-such-name"}, []),
    hub("system.userSearch", {"query": "nobody@example.com"}, []),
    hub(
        "system.userSearch",
        {"query": "<vic>", "admin": True},
        [found("vic", email_address="<vic_email>", banned=False)],
        "admin",
    ),
    refused("system.userSearch", {"query": "vic", "admin": True}, "Must be an admin to do admin search."),
    Covered("A2", "integration/test_spec.py::test_lists_are_bounded"),
    Covered("A2", "integration/test_spec.py::test_who_has_no_name_is_told_so"),
]
ANY_STATE: dict[str, Any] = {"state": {"state": "opened", "time": TIME}}
OWNED = {"<ada>": {"group": "owner"}}
MADE = {"project_id": "<rpc_made>"}
PROJECTS = [
    hub("projects.createProject", {}, UUID, keep={"rpc_made": ""}),
    query(
        {"projects": [MADE | {"title": None, "description": None, "state": None, "users": None}]},
        {
            "projects": [
                MADE | {"title": "No Title", "description": "", "users": {"<ada>": {"group": "owner"}}, **ANY_STATE}
            ]
        },
    ),
    hub(
        "projects.createProject",
        {"title": "T", "description": "D", "license": "l", "public_path_id": "0" * 40, "image": "i", "start": False}
        | {"ephemeral": 60_000},
        UUID,
        keep={"rpc_titled": ""},
    ),
    query(
        {"projects_all": [ASKED | {"project_id": "<rpc_titled>"}]},
        {
            "projects_all": [
                {
                    "project_id": "<rpc_titled>",
                    "title": "T",
                    "created": TIME,
                    "last_edited": TIME,
                    "deleted": False,
                    "users": OWNED,
                    **ANY_STATE,
                }
            ]
        },
    ),
    refused("projects.createProject", {"project_id": NOBODY}, "only admins can specify the project_id"),
    Covered("A2", CLIENT + "test_only_admins_choose_ids"),
    *(
        refused("projects.copyPathBetweenProjects", {"src_project_id": source, "src_path": "a"} | to, text)
        for source, to, text in [
            ("<foreign>", {}, "user must be collaborator on source project"),
            ("<project>", {"target_project_id": "<foreign>"}, "user must be collaborator on target project"),
        ]
    ),
    Covered("A2", CLIENT + "test_paths_are_copied_when_the_call_returns"),
    *(
        of_project(what, who, project)
        for what in ("start it", "stop it", "touch it", "get state", "get status")
        for who, project in [("eve", "<project>"), ("vic", "<project>"), ("admin", "<project>"), ("ada", "x")]
    ),
    hub("projects.stop", MADE, None),
    hub("projects.state", MADE, ANY_STATE["state"]),
    hub("projects.status", MADE, {}),
    Covered("A2", CLIENT + "test_a_project_lives_from_its_making_to_its_end", ("projects.start", "projects.touch")),
    Covered("A2", LIFE + "test_a_brief_start_waits_20_seconds_and_not_for_another_start_or_stop", ("projects.start",)),
    Covered("A2", LIFE + "test_a_stop_takes_10_seconds_at_most_whatever_runs", ("projects.stop",)),
    hub("projects.addCollaborator", {"opts": MADE | {"account_id": "<bob>"}}, {"project_id": ["<rpc_made>"]}),
    hub(
        "projects.addCollaborator",
        {"opts": {"project_id": ["<rpc_made>", "<rpc_titled>"], "account_id": ["<bob>", "<bob>"]}},
        {"project_id": ["<rpc_made>", "<rpc_titled>"]},
    ),
    query({"project_invite_tokens": MADE | {"token": "rpc-token", "usage_limit": 9}}, {}),
    *(
        hub("projects.addCollaborator", {"opts": {"token_id": token, "account_id": who}}, {"project_id": joined}, "eve")
        for token, who, joined in [("rpc-token", "<eve>", "<rpc_made>"), (["rpc-token"], ["<eve>"], ["<rpc_made>"])]
    ),
    hub("projects.removeCollaborator", {"opts": MADE | {"account_id": "<eve>"}}, None, "bob"),
    query(
        {"project_log": [MADE | {"account_id": None, "event": None}]},
        {
            "project_log": [
                MADE | {"account_id": "<bob>", "event": {"event": "remove_collaborator", "removed_name": "<eve>"}}
            ]
        },
        options=[{"limit": 1}, {"order_by": "-time"}],
    ),
    refused(
        "projects.removeCollaborator",
        {"opts": MADE | {"account_id": "<ada>"}},
        "Cannot remove an owner. Demote to collaborator first.",
        "bob",
    ),
    *(
        refused("projects.removeCollaborator", {"opts": opts}, "user must be a collaborator", who)
        for who, opts in [
            ("eve", {"project_id": "<rpc_made>", "account_id": "<bob>"}),
            ("vic", {"project_id": "<project>", "account_id": "<bob>"}),
            ("admin", {"project_id": "<project>", "account_id": "<bob>"}),
            ("ada", {"project_id": "x", "account_id": "<bob>"}),
        ]
    ),
    query({"projects": MADE | {"manage_users_owner_only": True}}, {}),
    *(
        refused(
            f"projects.{what}Collaborator",
            {"opts": MADE | {"account_id": "<ada>"}},
            "Only owners can manage collaborators when this setting is enabled",
            "bob",
        )
        for what in ("remove", "add", "invite")
    ),
    *(
        refused("projects.deleteProject", {"project_id": project}, text, who)
        for who, project, text in [
            ("eve", "<rpc_made>", "must be an owner to delete a project"),
            ("ada", "x", "project_id must be a valid UUID"),
        ]
    ),
    hub("projects.deleteProject", MADE, None, "bob"),
    hub("projects.deleteProject", {"project_id": "<rpc_titled>"}, None, "admin"),
    *(
        query({table: [{"project_id": project, "deleted": None}]}, {table: [{"project_id": project, "deleted": True}]})
        for table, project in [("projects", "<rpc_made>"), ("projects_all", "<rpc_titled>")]
    ),
    refused("projects.start", MADE, "project <rpc_made> is deleted; undelete it before starting it"),
]
JUPYTER_AND_SYNC = [
    *(
        refused(f"jupyter.{name}", {"project_id": project, "input": "1", "kernel": "k"}, text, who)
        for text in ["permission denied -- user must be collaborator on project"]
        for name in ("kernels", "execute")
        for who, project in [("eve", "<project>"), ("admin", "<project>"), ("ada", "x")]
    ),
    refused("jupyter.execute", {"input": "1", "kernel": "python3"}, "Jupyter API is not enabled on this server."),
    Covered("A2", CLIENT + "test_kernels_are_listed_and_run_code"),
    Covered("A2", "integration/test_v1_settings.py::test_with_the_jupyter_api_off_all_of_it_says_so"),
    *(
        refused("sync.history", {"project_id": project, "path": "a.txt"}, text, who)
        for text in ["user must be collaborator on source project"]
        for who, project in [("eve", "<project>"), ("vic", "<project>"), ("admin", "<project>"), ("ada", "x")]
    ),
    Covered("A2", CLIENT + "test_the_history_of_a_document_is_told_and_of_a_file_is_empty"),
    Covered("A2", CLIENT + "test_the_history_of_a_document_leads_to_what_it_is"),
]
DATABASE = [
    query({"accounts": {"first_name": None}}, {"accounts": {"first_name": "Ada"}}),
    query({"accounts": {"first_name": "Ada"}}, {}),
    query({"no_such_table": {"x": None}}, "Error: FATAL: get queries not allowed for table 'no_such_table'"),
]
ROWS = [*ENDPOINTS, *SYSTEM, *PROJECTS, *JUPYTER_AND_SYNC, *DATABASE]
