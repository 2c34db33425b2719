"""Organizations, by the Python client of the compatible product."""

import os
from typing import Any

import pytest
from support.people import Person, new_person
from support.rpc_clients import Clients, failing


def test_organizations_are_run_by_their_admins(clients: Clients, admin: Person) -> None:
    site, boss, worker = clients.hub(admin), new_person(admin.hub, "Boss"), new_person(admin.hub, "Worker")
    name, own = f"org-{os.urandom(6).hex()}", clients.hub(boss).org
    organization_id: Any = site.org.create(name)
    assert len(organization_id) == 36
    with failing(f"Error: name {name} is already used by some account or organization"):
        site.org.create(name)
    assert site.org.get_users(name) == []
    assert site.org.add_admin(name, boss.email_address) is None
    assert site.org.add_user(name, worker.account_id) is None
    assert own.set(name, title="T", link="https://example.com") is None
    assert own.get(name) == {
        "name": name,
        "title": "T",
        "description": None,
        "link": "https://example.com",
        "email_address": None,
        "admin_account_ids": [boss.account_id],
    }
    assert {"name": name, "title": "T", "admin_account_ids": [boss.account_id]} in list(site.org.get_all())
    made = own.create_user(name, f"{name}@example.com", firstName="New")
    users = own.get_users(name)
    assert [one["account_id"] for one in users] == [boss.account_id, worker.account_id, made]
    assert (users[2]["first_name"], users[2]["email_address"]) == ("New", f"{name}@example.com")
    token = own.create_token(f"{name}@example.com")
    assert len(token["token"]) == 24
    assert token["url"].endswith(f"/auth/impersonate?auth_token={token['token']}")
    assert own.expire_token(token["token"]) is None
    assert own.message(name, "Hi", "all") is None
    assert [one["subject"] for one in clients.hub(worker).messages.get()] == ["Hi"]
    with failing("Error: admin cannot be removed from org; first remove them from being an admin"):
        own.remove_user(name, boss.account_id)
    assert own.remove_user(name, worker.account_id) is None
    with failing("Error: user is not in an org"):
        own.create_token(worker.account_id)
    assert own.remove_admin(name, boss.account_id) is None
    with failing("Error: user must be an admin of the organization or site-admin"):
        own.get(name)


def test_what_is_wrong_with_an_organization_is_told(clients: Clients, admin: Person, ada: Person) -> None:
    site, (one, two) = clients.hub(admin).org, (f"org-{os.urandom(6).hex()}" for _ in range(2))
    for name in (one, two):
        site.create(name)
    site.add_admin(one, ada.account_id)
    site.add_user(one, admin.account_id)
    with failing("Error: user must be an admin of the organization or site-admin"):
        clients.hub(ada).org.create_token(admin.account_id)
    with failing(f"Error: User '{ada.account_id}' is already member of another organization"):
        site.add_admin(two, ada.account_id)
    with failing("Error: no such account 'nobody@example.com'"):
        site.add_admin(one, "nobody@example.com")
    with failing("Error: cannot find user 'nobody@example.com'"):
        site.add_user(one, "nobody@example.com")
    with failing("Error: no org named 'nothing'"):
        site.get("nothing")
    with pytest.raises(RuntimeError, match=r"^Error: .*letters, digits and dashes"):
        site.create("no spaces")
    with pytest.raises(RuntimeError, match=r"^Error: "):
        site.create_user(one, ada.email_address)
