"""The tables of the `query` event, a module for each table of the database; each module is data and nothing else."""

from collections.abc import Mapping

from carrel.services.queries.table import Table
from carrel.services.queries.tables import (
    accounts,
    client_error_log,
    file_access_log,
    file_use,
    mentions,
    messages,
    news,
    project_invite_tokens,
    project_log,
    projects,
    public_paths,
    registration_tokens,
    site_settings,
    system_notifications,
)

TABLES: Mapping[str, Table] = {
    table.name: table
    for module in (
        accounts,
        projects,
        public_paths,
        project_log,
        project_invite_tokens,
        file_use,
        mentions,
        messages,
        system_notifications,
        news,
        site_settings,
        registration_tokens,
        client_error_log,
        file_access_log,
    )
    for table in module.TABLES
}
"""By name, in the order of the reference."""

SECRET = frozenset({"api_keys", "copy_paths", "auth_tokens", "remember_me", "blobs"})
"""Tables of the compatible API that exist, but cannot be queried."""
