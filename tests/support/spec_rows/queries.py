"""§8.11 of the specification of API v1: the event `query`, its syntax, what it compares and what it refuses."""

from typing import Any

from carrel.services.queries.tables import SECRET
from support.spec import NOBODY, TIME, Like, Row, answer

LONG_AGO, LATER = "2001-01-01T00:00:00.000Z", "2999-01-01T00:00:00.000Z"
SHA1 = Like("[0-9a-f]{40}")
OF_ADMINS = "FATAL: user must be an admin"
EMPTY: dict[str, Any] = {}


def query(asked: Any, result: Any, *options: dict[str, Any], by: str = "ada", **others: Any) -> Row:
    """Of which the result is that; a text is an error."""
    params = {"query": asked} | ({"options": list(options)} if options else {})
    if isinstance(result, str | tuple):
        return Row("8.11", "query", params, result, by=by, **others)
    reply = answer("query", query=result, multi_response=False) | ({"options": list(options)} if options else {})
    return Row("8.11", "query", params, reply, by=by, **others)


def get(table: str, asked: dict[str, Any], rows: Any, *options: dict[str, Any], by: str = "ada", **others: Any) -> Row:
    """Many rows."""
    return query({table: [asked]}, rows if isinstance(rows, str) else {table: rows}, *options, by=by, **others)


def one(table: str, asked: dict[str, Any], row: Any, *options: dict[str, Any], by: str = "ada") -> Row:
    """One row, or none."""
    return query({table: asked}, row if isinstance(row, str) or not row else {table: row}, *options, by=by)


def put(table: str, values: dict[str, Any], error: Any = EMPTY, *options: dict[str, Any], by: str = "ada") -> Row:
    """Which is done, or refused."""
    return query({table: values}, error, *options, by=by)


def compared(field: str, operator: str, value: Any, found: bool) -> Row:
    """Whether the project of the rows is found by a comparison."""
    asked = {"project_id": "<project>"} | {field: {operator: value}}
    row = {"project_id": "<project>", field: SHOWN[field]}
    return get("projects_all", asked, [row] if found else [])


SHOWN: dict[str, Any] = {"title": "Ours", "last_edited": TIME, "deleted": False, "created": TIME}
LIMIT, ORDER, BACKWARDS = {"limit": 1}, {"order_by": "title"}, {"order_by": "-title"}
TITLES = {"project_id": None, "title": {"LIKE": "O%"}}

SYNTAX = [
    one("accounts", {"account_id": None, "first_name": None}, {"account_id": "<ada>", "first_name": "Ada"}),
    one("projects_all", {"project_id": NOBODY, "title": None}, EMPTY),
    get("projects_all", {"project_id": NOBODY, "title": None}, []),
    query(
        [{"accounts": {"first_name": None}}, {"accounts": [{"last_name": None}]}],
        [{"accounts": {"first_name": "Ada"}}, {"accounts": [{"last_name": "Test"}]}],
    ),
    query(
        [{"accounts": {"first_name": None}}, {"blobs": [{"id": None}]}],
        "FATAL: get queries not allowed for table 'blobs'",
    ),
    query([], []),
    put("accounts", {"first_name": "Ada"}),
    put("accounts", {"editor_settings": {"a": {"b": 1}}}),
    put("accounts", {"editor_settings": {"a": {"c": 2}}}),
    one("accounts", {"editor_settings": None}, {"editor_settings": {"a": {"b": 1, "c": 2}}}),
    one(
        "accounts",
        {
            "terminal": None,
            "autosave": None,
            "evaluate_key": None,
            "font_size": None,
            "unlisted": None,
            "groups": None,
            "passports": None,
            "ssh_keys": None,
        },
        {
            "terminal": {"font_size": 14, "color_scheme": "default", "font": "monospace"},
            "autosave": 45,
            "evaluate_key": "Shift-Enter",
            "font_size": 14,
            "unlisted": False,
            "groups": [],
            "passports": {},
            "ssh_keys": {},
        },
    ),
    put("accounts", {"profile": {"image": "x"}}),
    one("accounts", {"profile": None}, {"profile": {"color": "rgb(170,170,170)", "image": "x"}}),
    one("accounts", {"account_id": "{account_id}", "first_name": None}, {"account_id": "<ada>", "first_name": "Ada"}),
    one(
        "projects",
        {"project_id": "{project_id}", "title": None},
        {"project_id": "<project>", "title": "Ours"},
        by="project",
    ),
    put("projects", {"project_id": "<project>", "users": {"{account_id}": {"hide": False}}}),
    get(
        "projects_all",
        TITLES,
        [{"project_id": "<other>", "title": "Other"}, {"project_id": "<project>", "title": "Ours"}],
        ORDER,
    ),
    get("projects_all", TITLES, [{"project_id": "<project>", "title": "Ours"}], BACKWARDS, LIMIT),
    get("projects_all", TITLES, [], {"limit": 0}),
    one("accounts", {"first_name": None}, {"first_name": "Ada"}, {"only_changes": True}, {"heartbeat": 3}),
    put("accounts", {"first_name": None}, "FATAL: null cannot be written to accounts.first_name", {"set": True}),
    query({"accounts": {"first_name": "Ada"}}, {"accounts": {"first_name": "Ada"}}, {"set": False}),
    one("accounts", {"first_name": None}, {"first_name": "Bob"}, {"account_id": "<bob>"}, by="admin"),
    Row(
        "8.11",
        "query",
        {"query": {"accounts": {"first_name": None}}, "changes": "x"},
        "changefeeds are not supported over HTTP",
    ),
    Row(
        "8.11",
        "query",
        {"query": {"accounts": {"first_name": None}}, "multi_response": True},
        (400, "multi_response queries aren't supported"),
    ),
    Row(
        "8.11",
        "query",
        {"query": {"accounts": {"first_name": None}}, "options": {"limit": 1}},
        'FATAL: options (={"limit":1}) must be an array',
    ),
    Row(
        "8.11",
        "query",
        {},
        (400, "invalid parameters 'Error: misc.defaults -- TypeError: property 'query' must be specified: '"),
    ),
]
COMPARISONS = [
    *(compared("title", operator, "Ours", found=True) for operator in ("=", "==", "<=", ">=", "LIKE", "ILIKE")),
    *(compared("title", operator, "Ours", found=False) for operator in ("!=", "<>", "<", ">", "NOT LIKE", "NOT ILIKE")),
    compared("title", "LIKE", "ours", found=False),
    compared("title", "ILIKE", "oUR_", found=True),
    compared("title", "MINLEN", 4, found=True),
    compared("title", "MAXLEN", 3, found=False),
    compared("title", "IS", "null", found=False),
    compared("title", "IS NOT", "unknown", found=True),
    compared("deleted", "IS", "false", found=True),
    compared("deleted", "IS NOT", False, found=False),
    *(
        compared("created", ">=", {"relative_time": -1, "unit": unit}, found=True)
        for unit in ("hours", "days", "months", "years")
    ),
    *(compared("created", "<", {"relative_time": -40, "unit": unit}, found=False) for unit in ("minutes", "days")),
    compared("created", "<=", "{now}", found=True),
    compared("created", "<", LONG_AGO, found=False),
    put("accounts", {"tags": ["red", "blue"]}),
    get("accounts", {"tags": {"ANY": "red"}}, [{"tags": ["red", "blue"]}]),
    get("accounts", {"tags": {"ANY": "green"}}, []),
]
REFUSALS = [
    *(query(wrong, "malformed query") for wrong in (["x"], 1, [1])),
    query({}, "FATAL: must specify exactly one key in the query"),
    query(
        {"accounts": {"first_name": None}, "projects": {"title": None}},
        "FATAL: must specify exactly one key in the query",
    ),
    query({"accounts": [{}, {}]}, "FATAL: array of length > 1 not yet implemented"),
    query({"accounts": 1}, "FATAL: invalid user_query of 'accounts' -- query must be an object"),
    one("accounts", {"first_name": None}, "unknown option 'x'", {"x": 1}),
    one("accounts", {"first_name": None}, "slice not implemented", {"slice": [0, 1]}),
    one("accounts", {"first_name": None}, "user must be admin to sudo", {"account_id": "<bob>"}),
    *(
        get(table, {"id": None}, f"FATAL: get queries not allowed for table '{table}'")
        for table in (*sorted(SECRET), "nonsense")
    ),
    *(put(table, {"id": "x"}, f"FATAL: user set queries not allowed for table '{table}'") for table in sorted(SECRET)),
    put("nonsense", {"id": "x"}, "FATAL: table 'nonsense' does not exist"),
    put("collaborators", {"account_id": "<ada>"}, "FATAL: user set queries not allowed for table 'collaborators'"),
    get("accounts", {"nonsense": None}, "FATAL: user get query not allowed for accounts.nonsense"),
    get(
        "accounts",
        {"sign_up_usage_intent": None},
        "FATAL: user get query not allowed for accounts.sign_up_usage_intent",
    ),
    put("accounts", {"email_address": "x@example.com"}, "FATAL: changing accounts.email_address not allowed"),
    get("collaborators_one_project", {"account_id": None}, "FATAL: must specify project_id"),
    put("projects", {"title": "x"}, "FATAL: must specify projects.project_id"),
    get(
        "collaborators_one_project",
        {"project_id": "<foreign>", "account_id": None},
        "FATAL: you do not have read access to this project -- account_id=<ada>, project_id_=<foreign>",
    ),
    put("projects", {"project_id": NOBODY, "title": "x"}, f"FATAL: unknown project_id '{NOBODY}'", by="admin"),
    put("projects", {"project_id": "<foreign>", "title": "x"}, OF_ADMINS),
    put("projects", {"project_id": "<project>", "title": "x"}, OF_ADMINS, by="vic"),
    put("projects", {"project_id": "<project>"}, "FATAL: delete from projects not allowed", {"delete": True}),
    put(
        "registration_tokens", {"descr": "x"}, "FATAL: delete query must set primary key", {"delete": True}, by="admin"
    ),
    *(put("accounts", {name: ""}, f"{name} must be nonempty") for name in ("first_name", "last_name")),
    put("accounts", {"account_id": "<bob>", "first_name": "x"}, "FATAL: changing accounts.account_id not allowed"),
    *(
        put("projects", {"project_id": "<project>", "users": users}, f"FATAL: error setting 'users' -- Error: {text}")
        for users, text in (
            ({"<bob>": {"group": "owner"}}, "changing collaborator group via user_set_query is not allowed"),
            ({"<bob>": {"nonsense": 1}}, "unknown field 'nonsense'"),
            ({"<bob>": {"hide": 1}}, "invalid type for field 'hide'"),
            ({"<bob>": {"upgrades": {}}}, "users set queries may only change upgrades for the requesting account"),
            ({"<bob>": {"ssh_keys": {}}}, "users set queries may only change ssh_keys for the requesting account"),
        )
    ),
    get("public_paths_by_id", {"id": "x", "path": None}, "id must be a sha1 hash"),
    query({"projects": [{"title": None}]}, (400, "No account found. Is your API key wrong?"), by="blank"),
]

ROWS = [*SYNTAX, *COMPARISONS, *REFUSALS]
