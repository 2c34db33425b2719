"""The first schema."""

import sqlalchemy as sa
from alembic import op

from carrel.store.columns import JSON_VALUE, SERIAL, UUID_TEXT, UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("account_id", UUID_TEXT, nullable=False),
        sa.Column("first_name", sa.String(length=254), nullable=False),
        sa.Column("last_name", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=39), nullable=True),
        sa.Column("email_address", sa.String(length=254), nullable=True),
        sa.Column("email_address_before_delete", sa.String(length=254), nullable=True),
        sa.Column("email_address_verified", JSON_VALUE, nullable=True),
        sa.Column("email_address_problem", JSON_VALUE, nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("groups", JSON_VALUE, nullable=True),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("created_by_ip", sa.String(length=64), nullable=True),
        sa.Column("last_active", UtcDateTime, nullable=True),
        sa.Column("banned", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("deleted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("unlisted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("owner_id", UUID_TEXT, nullable=True),
        sa.Column("sign_up_usage_intent", sa.Text(), nullable=True),
        sa.Column("org", sa.String(length=39), nullable=True),
        sa.Column("lti_id", JSON_VALUE, nullable=True),
        sa.Column("profile", JSON_VALUE, nullable=True),
        sa.Column("passports", JSON_VALUE, nullable=True),
        sa.Column("ssh_keys", JSON_VALUE, nullable=True),
        sa.Column("ephemeral", sa.Integer(), nullable=True),
        sa.Column("tags", JSON_VALUE, nullable=True),
        sa.Column("tours", JSON_VALUE, nullable=True),
        sa.Column("customize", JSON_VALUE, nullable=True),
        sa.Column("unread_message_count", sa.Integer(), nullable=True),
        sa.Column("editor_settings", JSON_VALUE, nullable=True),
        sa.Column("other_settings", JSON_VALUE, nullable=True),
        sa.Column("terminal", JSON_VALUE, nullable=True),
        sa.Column("autosave", sa.Integer(), nullable=True),
        sa.Column("evaluate_key", sa.String(length=64), nullable=True),
        sa.Column("font_size", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", name="pk_accounts"),
        sa.UniqueConstraint("email_address", name="uq_accounts_email_address"),
        sa.UniqueConstraint("name", name="uq_accounts_name"),
    )
    op.create_index("ix_accounts_created_by_ip_created", "accounts", ["created_by_ip", "created"], unique=False)

    op.create_table(
        "mails",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("to", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sent", UtcDateTime, nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_mails"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "password_locks",
        sa.Column("caller_id", UUID_TEXT, nullable=False),
        sa.Column("target_id", UUID_TEXT, nullable=False),
        sa.Column("expire", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("caller_id", "target_id", name="pk_password_locks"),
    )
    op.create_table(
        "projects",
        sa.Column("number", SERIAL, autoincrement=True, nullable=False),
        sa.Column("project_id", UUID_TEXT, nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.String(length=100), nullable=True),
        sa.Column("deleted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("host", JSON_VALUE, nullable=True),
        sa.Column("settings", JSON_VALUE, nullable=True),
        sa.Column("run_quota", JSON_VALUE, nullable=True),
        sa.Column("site_license", JSON_VALUE, nullable=True),
        sa.Column("status", JSON_VALUE, nullable=True),
        sa.Column("state", JSON_VALUE, nullable=True),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("last_edited", UtcDateTime, nullable=True),
        sa.Column("last_active", JSON_VALUE, nullable=True),
        sa.Column("action_request", JSON_VALUE, nullable=True),
        sa.Column("course", JSON_VALUE, nullable=True),
        sa.Column("compute_image", sa.String(length=254), nullable=True),
        sa.Column("ephemeral", sa.Integer(), nullable=True),
        sa.Column("env", JSON_VALUE, nullable=True),
        sa.Column("sandbox", sa.Boolean(), nullable=True),
        sa.Column("manage_users_owner_only", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("invite", JSON_VALUE, nullable=True),
        sa.Column("invite_requests", JSON_VALUE, nullable=True),
        sa.Column("avatar_image_tiny", sa.Text(), nullable=True),
        sa.Column("avatar_image_full", sa.Text(), nullable=True),
        sa.Column("color", sa.String(length=64), nullable=True),
        sa.Column("pay_as_you_go_quotas", JSON_VALUE, nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_projects"),
        sa.UniqueConstraint("project_id", name="uq_projects_project_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_projects_last_edited", "projects", ["last_edited"], unique=False)

    op.create_table(
        "registration_tokens",
        sa.Column("token", sa.String(length=254), nullable=False),
        sa.Column("descr", sa.Text(), nullable=True),
        sa.Column("expires", UtcDateTime, nullable=True),
        sa.Column("counter", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("limit", sa.Integer(), nullable=True),
        sa.Column("disabled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("ephemeral", sa.Integer(), nullable=True),
        sa.Column("customize", JSON_VALUE, nullable=True),
        sa.PrimaryKeyConstraint("token", name="pk_registration_tokens"),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("account_id", UUID_TEXT, nullable=False),
        sa.Column("project_id", UUID_TEXT, nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.Column("trunc", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=254), server_default="", nullable=False),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("expire", UtcDateTime, nullable=True),
        sa.Column("last_active", UtcDateTime, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name="fk_api_keys_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("hash", name="uq_api_keys_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_api_keys_account_id", "api_keys", ["account_id"], unique=False)
    op.create_index("ix_api_keys_project_id", "api_keys", ["project_id"], unique=False)

    op.create_table(
        "auth_tokens",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", UUID_TEXT, nullable=False),
        sa.Column("created_by", UUID_TEXT, nullable=False),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("expire", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name="fk_auth_tokens_account_id"),
        sa.PrimaryKeyConstraint("hash", name="pk_auth_tokens"),
    )
    op.create_index("ix_auth_tokens_account_id", "auth_tokens", ["account_id"], unique=False)

    op.create_table(
        "collaborators",
        sa.Column("account_id", UUID_TEXT, nullable=False),
        sa.Column("project_id", UUID_TEXT, nullable=False),
        sa.Column("group", sa.String(length=16), nullable=False),
        sa.Column("hide", sa.Boolean(), nullable=True),
        sa.Column("upgrades", JSON_VALUE, nullable=True),
        sa.Column("ssh_keys", JSON_VALUE, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name="fk_collaborators_account_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.project_id"], name="fk_collaborators_project_id"),
        sa.PrimaryKeyConstraint("account_id", "project_id", name="pk_collaborators"),
    )
    op.create_index("ix_collaborators_project_id", "collaborators", ["project_id"], unique=False)

    op.create_table(
        "copy_paths",
        sa.Column("copy_path_id", UUID_TEXT, nullable=False),
        sa.Column("time", UtcDateTime, nullable=False),
        sa.Column("requested_by", UUID_TEXT, nullable=False),
        sa.Column("source_project_id", UUID_TEXT, nullable=False),
        sa.Column("source_path", sa.Text(), nullable=False),
        sa.Column("target_project_id", UUID_TEXT, nullable=False),
        sa.Column("target_path", sa.Text(), nullable=False),
        sa.Column("overwrite_newer", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("delete_missing", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("backup", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("exclude", JSON_VALUE, nullable=True),
        sa.Column("exclude_history", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("timeout", sa.Float(), nullable=True),
        sa.Column("bwlimit", sa.String(length=64), nullable=True),
        sa.Column("scheduled", UtcDateTime, nullable=True),
        sa.Column("started", UtcDateTime, nullable=True),
        sa.Column("finished", UtcDateTime, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("expire", UtcDateTime, nullable=False),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_expires", UtcDateTime, nullable=True),
        sa.ForeignKeyConstraint(["source_project_id"], ["projects.project_id"], name="fk_copy_paths_source_project_id"),
        sa.ForeignKeyConstraint(["target_project_id"], ["projects.project_id"], name="fk_copy_paths_target_project_id"),
        sa.PrimaryKeyConstraint("copy_path_id", name="pk_copy_paths"),
    )
    op.create_index("ix_copy_paths_expire", "copy_paths", ["expire"], unique=False)
    op.create_index("ix_copy_paths_source_project_id_time", "copy_paths", ["source_project_id", "time"], unique=False)
    op.create_index("ix_copy_paths_target_project_id_time", "copy_paths", ["target_project_id", "time"], unique=False)
    op.create_index(
        "ix_copy_paths_unfinished",
        "copy_paths",
        ["time"],
        unique=False,
        sqlite_where=sa.text("finished IS NULL"),
        postgresql_where=sa.text("finished IS NULL"),
    )

    op.create_table(
        "invitation_mails",
        sa.Column("project_id", UUID_TEXT, nullable=False),
        sa.Column("email_address", sa.String(length=254), nullable=False),
        sa.Column("sent", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.project_id"], name="fk_invitation_mails_project_id"),
        sa.PrimaryKeyConstraint("project_id", "email_address", name="pk_invitation_mails"),
    )
    op.create_table(
        "project_invite_tokens",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("project_id", UUID_TEXT, nullable=False),
        sa.Column("created", UtcDateTime, nullable=True),
        sa.Column("expires", UtcDateTime, nullable=True),
        sa.Column("usage_limit", sa.Integer(), nullable=True),
        sa.Column("counter", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.project_id"], name="fk_project_invite_tokens_project_id"),
        sa.PrimaryKeyConstraint("token", name="pk_project_invite_tokens"),
    )
    op.create_index("ix_project_invite_tokens_project_id", "project_invite_tokens", ["project_id"], unique=False)

    op.create_table(
        "project_log",
        sa.Column("id", UUID_TEXT, nullable=False),
        sa.Column("project_id", UUID_TEXT, nullable=False),
        sa.Column("time", UtcDateTime, nullable=False),
        sa.Column("account_id", UUID_TEXT, nullable=True),
        sa.Column("event", JSON_VALUE, nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.project_id"], name="fk_project_log_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_project_log"),
    )
    op.create_index("ix_project_log_project_id_time", "project_log", ["project_id", "time"], unique=False)

    op.create_table(
        "public_paths",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("project_id", UUID_TEXT, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("name", sa.String(length=254), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("image", sa.Text(), nullable=True),
        sa.Column("disabled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("unlisted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("authenticated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("last_edited", UtcDateTime, nullable=True),
        sa.Column("created", UtcDateTime, nullable=True),
        sa.Column("last_saved", UtcDateTime, nullable=True),
        sa.Column("counter", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("compute_image", sa.String(length=254), nullable=True),
        sa.Column("site_license_id", sa.Text(), nullable=True),
        sa.Column("cross_origin_isolation", sa.Boolean(), nullable=True),
        sa.Column("redirect", sa.Text(), nullable=True),
        sa.Column("jupyter_api", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.project_id"], name="fk_public_paths_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_public_paths"),
    )
    op.create_index("ix_public_paths_project_id", "public_paths", ["project_id"], unique=False)
