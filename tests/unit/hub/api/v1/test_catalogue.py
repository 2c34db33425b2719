"""Every event that the contract names is registered, or says why it is not there."""

import pytest

from carrel.hub.api.v1 import all_events
from carrel.hub.api.v1.catalogue import missing_event_text

CORE = """ping create_account user_auth create_project project_exec read_text_file_from_project
write_text_file_to_project copy_path_between_projects copy_path_status copy_path_delete query touch_project"""
FULL = """delete_account change_password change_email_address forgot_password reset_forgot_password
send_verification_email revoke_auth_token user_search get_usernames add_collaborator invite_collaborator
invite_noncloud_collaborators remove_collaborator public_get_text_file public_get_directory_listing
copy_public_path_between_projects jupyter_execute jupyter_kernels get_syncdoc_history log_client_error unlink_passport
metrics disconnect_from_project start_project stop_project restart_project delete_project"""
STUBS = """create_support_ticket get_support_tickets jupyter_start_pool"""
COMMERCIAL = """stripe_get_customer stripe_customer stripe_create_source stripe_delete_source
stripe_set_default_source stripe_update_source stripe_get_plans stripe_plans stripe_create_subscription
stripe_cancel_subscription stripe_update_subscription stripe_get_subscriptions stripe_get_coupon stripe_get_charges
stripe_get_invoices get_available_upgrades add_license_to_project remove_license_from_project purchase_license chatgpt
openai_embeddings_search openai_embeddings_save openai_embeddings_remove"""


@pytest.mark.parametrize("name", CORE.split())
def test_a_core_event_is_registered(name: str) -> None:
    assert all_events().find(name) is not None


@pytest.mark.parametrize("name", f"{FULL} {STUBS} {COMMERCIAL}".split())
def test_any_other_event_of_the_contract_is_registered_or_known(name: str) -> None:
    if all_events().find(name) is None:
        assert missing_event_text(name) == f"unknown message event type '{name}'"


@pytest.mark.parametrize("name", ["sign_in", "local_hub", "start_metrics"])
def test_an_internal_message_is_no_api_call(name: str) -> None:
    assert missing_event_text(name) == f"endpoint '{name}' is not part of the HTTP API"
    assert all_events().find(name) is None


def test_a_long_unknown_name_is_not_repeated_in_full() -> None:
    assert missing_event_text("x" * 100_000) == f"unknown endpoint '{'x' * 200}'"
