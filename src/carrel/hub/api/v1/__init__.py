"""HTTP API v1: a module a noun, joined here."""

from carrel.hub.api.v1 import (
    accounts,
    auth_tokens,
    collaborators,
    commercial,
    copies,
    credentials,
    diagnostics,
    documents,
    execution,
    files,
    jupyter,
    projects,
    public_files,
    query,
    support,
)
from carrel.hub.api.v1.registry import Events


def all_events() -> Events:
    """Every event of API v1."""
    events = Events()
    for module in (
        diagnostics,
        accounts,
        credentials,
        auth_tokens,
        projects,
        collaborators,
        execution,
        files,
        public_files,
        copies,
        jupyter,
        documents,
        query,
        support,
        commercial,
    ):
        events.include(module.events)
    return events
