"""§8.11 of the specification of API v1: the tables that the event `query` knows, and what may be done with each."""

from support.spec import ANY, NOBODY, SUCCESS, TIME, UUID, Row, answer
from support.spec_rows.queries import EMPTY, LATER, LONG_AGO, OF_ADMINS, SHA1, get, one, put

PROJECT = {"project_id": "<project>"}
MARKS = ("read", "saved", "starred", "liked", "deleted")
SET = {"set": True}
SEND = {"sent": "{now}"}
NOBODY_THERE = "FATAL: error setting 'to_ids' -- Error: there is nobody to send it to"
DRAFT = {"id": "<draft>"}
DRAFTS = [
    put("sent_messages", {"to_ids": ["<bob>", "<bob_email>", "nobody@example.com"], "subject": "Draft"}),
    get(
        "sent_messages",
        {"subject": "Draft", "id": None, "sent": None, "to_ids": None, "body": None, "from_id": None},
        [{"subject": "Draft", "id": ANY, "to_ids": ["<bob>"], "body": "", "from_id": "<ada>"}],
        keep={"draft": "query.sent_messages.0.id"},
    ),
    get("sent_messages", {"subject": "Draft", "sent": {"IS": None}}, [{"subject": "Draft"}]),
    *(
        get(table, DRAFT, [], by=by)
        for table, by in (("messages", "bob"), ("messages", "ada"), ("sent_messages", "bob"))
    ),
    put("messages", DRAFT | {"read": True}, "FATAL: there is no message <draft> to you", by="bob"),
    *(
        put("sent_messages", DRAFT | change, "FATAL: there is no message <draft> from you", by="bob")
        for change in ({"subject": "Mine"}, {"starred": True}, SEND)
    ),
    put("sent_messages", DRAFT | {"to_ids": ["x"]}, "invalid account_id -- x"),
    put("sent_messages", DRAFT | {"to_ids": []}),
    put("sent_messages", DRAFT | {"subject": "Unsent"} | SEND, NOBODY_THERE),
    put("sent_messages", DRAFT | {"to_ids": ["<eve>"], "body": "Written later", "starred": True}),
    get("messages", DRAFT, [], by="eve"),
    get(
        "sent_messages",
        DRAFT | {"subject": None, "to_ids": None, "body": None, "sent": None, "starred": None},
        [DRAFT | {"subject": "Draft", "to_ids": ["<eve>"], "body": "Written later", "starred": True}],
    ),
    put("sent_messages", DRAFT | {"to_ids": ["<bob>"], "sent": LONG_AGO}),
    get("messages", DRAFT, [], by="eve"),
    get(
        "messages",
        DRAFT | {"subject": None, "to_ids": None, "body": None, "starred": None, "sent": {">": "2020-01-01"}},
        [DRAFT | {"subject": "Draft", "to_ids": ["<bob>"], "body": "Written later", "starred": False, "sent": TIME}],
        by="bob",
    ),
    *(
        put("sent_messages", DRAFT | {field: value}, f"FATAL: changing sent_messages.{field} not allowed")
        for field, value in (("to_ids", ["<eve>"]), ("subject", "x"), ("body", "x"), ("sent", LATER))
    ),
]
EXPIRY = [
    put("messages", DRAFT | {"expire": LONG_AGO}, by="bob"),
    get("messages", DRAFT, [], by="bob"),
    get("sent_messages", DRAFT | {"expire": None}, [DRAFT]),
    put("messages", DRAFT | {"expire": None}, "FATAL: null cannot be written to messages.expire", SET, by="bob"),
    put("messages", DRAFT | {"expire": LATER}, by="bob"),
    put("sent_messages", DRAFT | {"expire": LONG_AGO}),
    get("messages", DRAFT | {"expire": None}, [DRAFT | {"expire": LATER}], by="bob"),
    get("sent_messages", DRAFT, []),
]
ROWS = [
    one(
        "account_profiles",
        {"account_id": "<eve>", "profile": None},
        {"account_id": "<eve>", "profile": {"color": "rgb(170,170,170)"}},
    ),
    get("collaborators", {"account_id": "<bob>", "first_name": None}, [{"account_id": "<bob>", "first_name": "Bob"}]),
    get("collaborators", {"account_id": "<eve>", "first_name": None}, []),
    get(
        "collaborators_one_project",
        PROJECT | {"account_id": "<vic>", "last_name": None},
        [PROJECT | {"account_id": "<vic>", "last_name": "Test"}],
    ),
    put("projects", PROJECT | {"description": "About", "color": "red", "env": {"A": "b"}, "compute_image": "x"}),
    get(
        "projects",
        PROJECT | {"description": None, "color": None, "env": None, "compute_image": None, "deleted": None},
        [PROJECT | {"description": "About", "color": "red", "env": {"A": "b"}, "compute_image": "x", "deleted": False}],
    ),
    get("projects", PROJECT | {"secret_token": None}, [PROJECT]),
    get(
        "projects",
        PROJECT | {"settings": None},
        [
            PROJECT
            | {
                "settings": {
                    "disk_quota": 3000,
                    "cores": 1,
                    "cpu_shares": 0,
                    "memory": 1000,
                    "memory_request": 0,
                    "mintime": 1800,
                    "network": 0,
                    "member_host": 0,
                    "ephemeral_state": 0,
                    "ephemeral_disk": 0,
                    "always_running": 0,
                }
            }
        ],
    ),
    get(
        "projects",
        PROJECT | {"users": None},
        [
            PROJECT
            | {
                "users": {
                    "<ada>": {"group": "owner", "hide": False},
                    "<bob>": {"group": "collaborator"},
                    "<vic>": {"group": "viewer"},
                }
            }
        ],
    ),
    put("projects", PROJECT | {"name": "ours"}),
    put("projects", PROJECT | {"name": "ours"}, EMPTY, by="admin"),
    put(
        "projects",
        PROJECT | {"name": "theirs"},
        "FATAL: error setting 'name' -- Error: only an owner of the project may change it",
        by="bob",
    ),
    put(
        "projects",
        PROJECT | {"name": "a b"},
        "FATAL: error setting 'name' -- Error: a name has 1 to 100 of the characters a-z A-Z 0-9 . -",
    ),
    put(
        "projects",
        PROJECT | {"manage_users_owner_only": True},
        "FATAL: error setting 'manage_users_owner_only' -- Error: only an owner of the project may change it",
        by="bob",
    ),
    put("projects_owner", PROJECT | {"course": {"a": 1}}),
    put(
        "projects_owner",
        PROJECT | {"course": {"a": 2}},
        "FATAL: error setting 'course' -- Error: only an owner of the project may change it",
        by="bob",
    ),
    get("projects_admin", PROJECT | {"title": None}, OF_ADMINS),
    get("projects_admin", PROJECT | {"title": None}, [PROJECT | {"title": "Ours"}], by="admin"),
    put("crm_projects", PROJECT | {"notes": "of admins"}, OF_ADMINS),
    put("crm_projects", PROJECT | {"notes": "of admins"}, EMPTY, by="admin"),
    get("crm_projects", PROJECT | {"notes": None}, [PROJECT | {"notes": "of admins"}], by="admin"),
    put("projects", PROJECT | {"avatar_image_full": "data:,"}),
    get("project_avatar_images", PROJECT | {"avatar_image_full": None}, [PROJECT | {"avatar_image_full": "data:,"}]),
    get("public_projects", PROJECT | {"title": None}, [], by="eve"),
    put("public_paths", PROJECT | {"path": "open", "description": "d", "name": "Open"}),
    put(
        "public_paths",
        PROJECT | {"path": "also", "name": "open"},
        'There is already a public path "open" in this project with the name "open".  Names are not case sensitive.',
    ),
    put("public_paths", PROJECT | {"path": "open", "counter": 3}, "FATAL: changing public_paths.counter not allowed"),
    get("public_projects", PROJECT | {"title": None}, [PROJECT | {"title": "Ours"}], by="eve"),
    get(
        "public_paths",
        PROJECT | {"id": None, "path": None, "compute_image": None},
        [PROJECT | {"id": SHA1, "path": "open", "compute_image": "default"}],
        by="eve",
        keep={"public_id": "query.public_paths.0.id"},
    ),
    get("public_paths_by_id", {"id": "<public_id>", "path": None}, [{"id": "<public_id>", "path": "open"}], by="eve"),
    get(
        "all_public_paths", PROJECT | {"path": None, "disabled": None}, [PROJECT | {"path": "open", "disabled": False}]
    ),
    put("public_paths", PROJECT | {"path": "open", "disabled": True}),
    get("public_paths", PROJECT | {"path": None}, [], by="eve"),
    put("file_use", PROJECT | {"path": "a.txt", "users": {"{account_id}": {"edit": "{now}"}}, "last_edited": "{now}"}),
    put("file_use", PROJECT | {"path": "a.txt", "users": {"{account_id}": {"open": "{now}"}}}, EMPTY, by="bob"),
    put(
        "file_use",
        PROJECT | {"path": "a.txt", "users": {"<bob>": {"edit": "{now}"}}},
        "FATAL: error setting 'users' -- Error: users set queries may only change the entry of the requesting account",
    ),
    put("file_use", PROJECT | {"path": "a.txt"}, OF_ADMINS, by="eve"),
    put("file_use", PROJECT, "FATAL: must specify file_use.path"),
    get(
        "file_use",
        PROJECT | {"id": None, "path": "a.txt", "users": None, "last_edited": None},
        [
            PROJECT
            | {
                "id": SHA1,
                "path": "a.txt",
                "users": {"<ada>": {"edit": TIME}, "<bob>": {"open": TIME}},
                "last_edited": TIME,
            }
        ],
        keep={"string_id": "query.file_use.0.id"},
    ),
    get("file_use", {"path": "a.txt"}, [], by="eve"),
    put("file_use", PROJECT | {"path": "old.txt", "last_edited": LONG_AGO}),
    get("file_use", PROJECT | {"path": "old.txt"}, []),
    put("project_log", PROJECT | {"time": "{now}", "event": {"event": "note", "text": "spec"}}),
    get(
        "project_log",
        PROJECT | {"id": None, "account_id": None, "time": None, "event": {"==": {"event": "note", "text": "spec"}}},
        [PROJECT | {"id": UUID, "account_id": "<ada>", "time": TIME, "event": {"event": "note", "text": "spec"}}],
    ),
    put(
        "project_log",
        PROJECT | {"account_id": "<bob>", "event": {}},
        "FATAL: changing project_log.account_id not allowed",
    ),
    put("project_log", PROJECT | {"time": LONG_AGO, "event": {"event": "old"}}),
    get("project_log", PROJECT | {"time": {"<": "2002-01-01"}}, []),
    get(
        "project_log_all",
        PROJECT | {"time": {"<": "2002-01-01"}, "event": None},
        [PROJECT | {"time": LONG_AGO, "event": {"event": "old"}}],
    ),
    put("project_invite_tokens", PROJECT | {"token": "a-token-of-rows", "usage_limit": 1, "expires": LATER}),
    get(
        "project_invite_tokens",
        {"token": "a-token-of-rows", "counter": None, "usage_limit": None, "expires": None},
        [{"token": "a-token-of-rows", "counter": 0, "usage_limit": 1, "expires": LATER}],
    ),
    get("project_invite_tokens", {"token": "a-token-of-rows", "counter": None}, [], by="eve"),
    put("mentions", PROJECT | {"time": LATER, "path": "a.txt", "target": "<bob>", "description": "see", "priority": 1}),
    get(
        "mentions",
        PROJECT | {"time": LATER, "source": None, "target": None, "description": None},
        [PROJECT | {"time": LATER, "source": "<ada>", "target": "<bob>", "description": "see"}],
        by="bob",
    ),
    put(
        "mentions",
        PROJECT | {"time": LATER, "path": "a.txt", "target": "<bob>", "users": {"{account_id}": {"read": True}}},
        EMPTY,
        by="bob",
    ),
    get(
        "mentions",
        PROJECT | {"time": LATER, "users": None, "source": None},
        [PROJECT | {"time": LATER, "users": {"<bob>": {"read": True}}, "source": "<ada>"}],
    ),
    put(
        "mentions",
        PROJECT | {"time": LATER, "path": "b.txt", "target": "<ada>", "source": "<bob>"},
        "FATAL: changing mentions.source not allowed",
    ),
    put("mentions", PROJECT | {"path": "a.txt", "target": "<bob>"}, "FATAL: must specify mentions.time"),
    put("sent_messages", SEND | {"to_ids": ["<bob>"], "subject": "Rows", "body": "of the specification"}),
    put("sent_messages", SEND | {"to_ids": ["x"], "subject": "Rows"}, "invalid account_id -- x"),
    put("sent_messages", SEND | {"subject": "Rows"}, NOBODY_THERE),
    get(
        "sent_messages",
        {"subject": "Rows", "to_ids": None, "body": None, "from_id": None, "sent": None} | dict.fromkeys(MARKS),
        [
            {"subject": "Rows", "to_ids": ["<bob>"], "body": "of the specification", "from_id": "<ada>", "sent": TIME}
            | dict.fromkeys(MARKS, False)
        ],
    ),
    put("sent_messages", SEND | {"to_ids": ["<bob>"], "subject": "Marked"} | dict.fromkeys(MARKS, True)),
    *(
        get(table, {"subject": "Marked", "expire": None} | dict.fromkeys(MARKS), [marked], by=by)
        for table, marked, by in (
            ("sent_messages", {"subject": "Marked"} | dict.fromkeys(MARKS, True), "ada"),
            ("messages", {"subject": "Marked"} | dict.fromkeys(MARKS, False), "bob"),
        )
    ),
    put("sent_messages", {"id": 2**30, "read": True}, f"FATAL: there is no message {2**30} from you"),
    put(
        "sent_messages", {"id": 1, "read": 1}, "FATAL: invalid value for sent_messages.read -- it must be true or false"
    ),
    get("messages", {"subject": "Rows", "id": None, "read": None}, [], by="eve"),
    *DRAFTS,
    *EXPIRY,
    get("system_notifications", {"text": None}, []),
    put("system_notifications", {"id": NOBODY, "time": "{now}", "text": "Down at noon"}, OF_ADMINS),
    put("system_notifications", {"id": NOBODY, "time": "{now}", "text": "Down at noon"}, EMPTY, by="admin"),
    get(
        "system_notifications",
        {"id": None, "time": None, "text": None, "priority": None, "done": None},
        [{"id": NOBODY, "time": TIME, "text": "Down at noon", "priority": "low", "done": False}],
    ),
    put("system_notifications", {"id": NOBODY, "time": LONG_AGO}, EMPTY, by="admin"),
    get("system_notifications", {"text": None}, []),
    put("news", {"title": "x"}, "FATAL: user set queries not allowed for table 'news'", by="admin"),
    *(get(table, {"name": None, "value": None}, OF_ADMINS) for table in ("site_settings", "server_settings")),
    put("site_settings", {"name": "help_email", "value": "help@example.org"}, OF_ADMINS),
    put(
        "site_settings",
        {"name": "help_email", "value": "nobody"},
        "FATAL: error setting 'value' -- Error: 'nobody' is no e-mail address",
        by="admin",
    ),
    put(
        "site_settings",
        {"name": "nonsense", "value": "x"},
        "FATAL: error setting 'value' -- Error: nonsense is set by the server's operator",
        by="admin",
    ),
    put("site_settings", {"name": "help_email", "value": "help@example.org"}, EMPTY, by="admin"),
    one(
        "server_settings",
        {"name": "help_email", "value": None, "readonly": None},
        {"name": "help_email", "value": "help@example.org", "readonly": False},
        by="admin",
    ),
    one(
        "site_settings",
        {"name": "share_server", "value": None, "readonly": None},
        {"name": "share_server", "value": False, "readonly": True},
        by="admin",
    ),
    put("site_settings", {"name": "help_email", "value": "help@example.com"}, EMPTY, by="admin"),
    get("registration_tokens", {"token": None}, OF_ADMINS),
    put("registration_tokens", {"token": "rows", "descr": "for rows", "disabled": True, "limit": 3}, EMPTY, by="admin"),
    get(
        "registration_tokens",
        {"token": "rows", "descr": None, "counter": None, "limit": None},
        [{"token": "rows", "descr": "for rows", "counter": 0, "limit": 3}],
        by="admin",
    ),
    put("registration_tokens", {"token": "rows"}, EMPTY, {"delete": True}, by="admin"),
    get("registration_tokens", {"token": "rows", "descr": None}, [], by="admin"),
    Row("8.12", "log_client_error", {"error": "rows went wrong"}, SUCCESS),
    get("client_error_log", {"error": None}, OF_ADMINS),
    get(
        "client_error_log",
        {"error": "rows went wrong", "account_id": None, "event": None, "time": None, "id": None},
        [{"error": "rows went wrong", "account_id": "<ada>", "event": "error", "time": TIME, "id": UUID}],
        by="admin",
    ),
    get("file_access_log", {"filename": None}, OF_ADMINS),
    put("project_log", PROJECT | {"event": {"event": "open", "filename": "seen.txt"}}),
    get(
        "file_access_log",
        {"filename": "seen.txt", "account_id": None, "project_id": None},
        [PROJECT | {"filename": "seen.txt", "account_id": "<ada>"}],
        by="admin",
    ),
    get("crm_accounts", {"account_id": "<eve>", "notes": None}, OF_ADMINS),
    put(
        "crm_accounts",
        {"account_id": "<eve>", "notes": "watch", "tags": ["x"], "unlisted": False, "banned": True},
        EMPTY,
        by="admin",
    ),
    Row("8.11", "ping", {}, (400, "User is BANNED.  If this is a mistake, please contact help@example.com"), by="eve"),
    get(
        "crm_accounts",
        {"account_id": "<eve>", "notes": None, "banned": None},
        [{"account_id": "<eve>", "notes": "watch", "banned": True}],
        by="admin",
    ),
    put("crm_accounts", {"account_id": "<eve>", "banned": False}, EMPTY, by="admin"),
    put("crm_accounts", {"account_id": NOBODY, "notes": "x"}, f"FATAL: there is no account '{NOBODY}'", by="admin"),
    Row("8.1", "ping", {}, answer("pong", now=TIME), by="eve"),
]
