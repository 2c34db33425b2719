"""Names of API v1 that are no events of this server, and what is said about each."""

_INTERNAL = frozenset(
    {
        "sign_in", "sign_out", "signed_in", "local_hub", "project", "hello", "cookies", "version", "reconnect",
        "remember_me", "remember_me_failed", "error", "success", "start_metrics", "query_cancel", "ack",
    }
)  # fmt: skip
_DECLARED = frozenset(
    {
        "change_password", "change_email_address", "forgot_password", "reset_forgot_password",
        "send_verification_email", "unlink_passport", "invite_noncloud_collaborators",
        "copy_public_path_between_projects", "jupyter_start_pool",
        "get_syncdoc_history", "log_client_error", "metrics", "create_support_ticket",
        "get_support_tickets",
        "stripe_get_customer", "stripe_customer", "stripe_create_source", "stripe_delete_source",
        "stripe_set_default_source", "stripe_update_source", "stripe_get_plans", "stripe_plans",
        "stripe_create_subscription", "stripe_cancel_subscription", "stripe_update_subscription",
        "stripe_get_subscriptions", "stripe_get_coupon", "stripe_get_charges", "stripe_get_invoices",
        "get_available_upgrades", "add_license_to_project", "remove_license_from_project", "purchase_license",
        "chatgpt", "openai_embeddings_search", "openai_embeddings_save", "openai_embeddings_remove",
    }
)  # fmt: skip


def missing_event_text(name: str) -> str:
    """The error text for an event that is not registered."""
    if name in _INTERNAL:
        return f"endpoint '{name}' is not part of the HTTP API"
    if name in _DECLARED:
        return f"unknown message event type '{name}'"
    return f"unknown endpoint '{name[:200]}'"
