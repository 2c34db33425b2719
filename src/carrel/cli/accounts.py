"""`carrel account`: the operator's accounts."""

from pathlib import Path

import click

from carrel.cli.common import asynchronous, config_option, fail, json_option, settings_or_exit, show, table
from carrel.domain.accounts import Account, AccountInvalid
from carrel.hub.platform import open_directory
from carrel.kit.secrets import random_text
from carrel.services.accounts import AccountDraft


@click.group()
def account() -> None:
    """Create accounts, list them, make admins."""


@account.command()
@click.argument("email_address")
@click.option("--name", nargs=2, default=("Site", "Operator"), show_default=True, help="First and last name.")
@click.option("--password", help="6 to 64 characters; made up and printed if not given.")
@click.option("--admin", is_flag=True, help="Make the account an admin.")
@click.option("--with-key", is_flag=True, help="Also make an API key and print it, this once.")
@config_option
@json_option
@asynchronous
async def create(
    email_address: str,
    name: tuple[str, str],
    password: str | None,
    admin: bool,
    with_key: bool,
    config: Path | None,
    as_json: bool,
) -> None:
    """Create an account."""
    chosen = password if password is not None else random_text(20)
    draft = AccountDraft(*name, email_address, chosen, agreed_to_terms=True)
    async with open_directory(settings_or_exit(config)) as directory:
        try:
            made, secret = await directory.accounts.create(None, draft, with_key=with_key)
        except AccountInvalid as error:
            fail(str(error))
        if admin:
            await directory.accounts.set_admin(made, True)
    data = {"account_id": made.account_id, "email_address": made.email_address, "admin": admin}
    lines = [f"account {made.account_id} ({made.email_address}){', an admin' if admin else ''}"]
    if password is None:
        data["password"] = chosen
        lines.append(f"password {chosen}")
    if secret is not None:
        data["api_key"] = secret
        lines.append(f"API key {secret}")
    show(as_json, data, "\n".join(lines))


@account.command("list")
@click.option("--limit", default=100, show_default=True, help="At most so many.")
@config_option
@json_option
@asynchronous
async def list_accounts(limit: int, config: Path | None, as_json: bool) -> None:
    """List accounts, oldest first."""
    async with open_directory(settings_or_exit(config)) as directory, directory.store.read() as transaction:
        found = await transaction.accounts.list_accounts(limit=limit)
    data = [
        {
            "account_id": a.account_id,
            "email_address": a.email_address,
            "name": f"{a.first_name} {a.last_name}",
            "admin": a.is_admin,
            "banned": a.banned,
            "created": a.created,
        }
        for a in found
    ]
    rows = [(a.account_id, a.email_address or "-", f"{a.first_name} {a.last_name}", _standing(a)) for a in found]
    show(as_json, data, table(rows, ("ID", "E-MAIL", "NAME", "STANDING"), empty="There are no accounts yet."))


def _standing(account: Account) -> str:
    return "banned" if account.banned else "admin" if account.is_admin else ""


@account.command("grant-admin")
@click.argument("who")
@config_option
@asynchronous
async def grant_admin(who: str, config: Path | None) -> None:
    """Make an account (e-mail address or id) an admin."""
    await _set_admin(who, config, admin=True)


@account.command("revoke-admin")
@click.argument("who")
@config_option
@asynchronous
async def revoke_admin(who: str, config: Path | None) -> None:
    """Take admin rights away; a running hub notices within a minute."""
    await _set_admin(who, config, admin=False)


async def _set_admin(who: str, config: Path | None, *, admin: bool) -> None:
    async with open_directory(settings_or_exit(config)) as directory:
        found = await directory.accounts.find(who)
        await directory.accounts.set_admin(found, admin)
    click.echo(f"{found.email_address or found.account_id} is {'now' if admin else 'no longer'} an admin")
