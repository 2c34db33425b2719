"""Names of API v1 that are no events of this server, and what is said about each."""

_INTERNAL = frozenset(
    {
        "sign_in", "sign_out", "signed_in", "local_hub", "project", "hello", "cookies", "version", "reconnect",
        "remember_me", "remember_me_failed", "error", "success", "start_metrics", "query_cancel", "ack",
    }
)  # fmt: skip
_DECLARED = frozenset({"jupyter_start_pool"})


def missing_event_text(name: str) -> str:
    """The error text for an event that is not registered."""
    if name in _INTERNAL:
        return f"endpoint '{name}' is not part of the HTTP API"
    if name in _DECLARED:
        return f"unknown message event type '{name}'"
    return f"unknown endpoint '{name[:200]}'"
