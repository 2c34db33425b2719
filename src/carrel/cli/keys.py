"""`carrel key`: API keys."""

from datetime import timedelta
from pathlib import Path

import click

from carrel.cli.common import asynchronous, config_option, json_option, settings_or_exit, show, table
from carrel.domain.principals import AccountPrincipal
from carrel.domain.projects import Permission
from carrel.hub.platform import open_directory


@click.group()
def key() -> None:
    """Create, list and revoke API keys."""


@key.command()
@click.argument("who")
@click.option("--name", default="made at the command line", show_default=True, help="What the key is for.")
@click.option("--project", "project_id", help="Make a key for this project only.")
@click.option(
    "--expires-days",
    type=click.FloatRange(min=0, max=36_500, min_open=True),
    help="Days after which the key stops working.",
)
@config_option
@json_option
@asynchronous
async def create(
    who: str, name: str, project_id: str | None, expires_days: float | None, config: Path | None, as_json: bool
) -> None:
    """Make a key for an account (e-mail address or id) and print it, this once."""
    async with open_directory(settings_or_exit(config)) as directory:
        owner = await directory.accounts.find(who)
        scope = None
        if project_id is not None:
            principal = AccountPrincipal(owner.account_id, owner.is_admin)
            scope = (await directory.access.to(principal, project_id, Permission.WRITE)).project_id
        expire = directory.clock.now() + timedelta(days=expires_days) if expires_days else None
        made, secret = await directory.keys.issue(owner.account_id, name, project_id=scope, expire=expire)
    show(as_json, {"id": made.id, "api_key": secret, "expire": expire}, secret)


@key.command("list")
@click.argument("who", required=False)
@config_option
@json_option
@asynchronous
async def list_keys(who: str | None, config: Path | None, as_json: bool) -> None:
    """List keys, newest first: of an account, or all."""
    async with open_directory(settings_or_exit(config)) as directory:
        owner = await directory.accounts.find(who) if who else None
        async with directory.store.read() as transaction:
            found = await transaction.keys.list_keys(account_id=owner.account_id if owner else None)
    data = [
        {
            "id": k.id,
            "account_id": k.account_id,
            "project_id": k.project_id,
            "name": k.name,
            "trunc": k.trunc,
            "expire": k.expire,
            "last_active": k.last_active,
        }
        for k in found
    ]
    rows = [(str(k.id), k.trunc, k.name, k.account_id, str(k.last_active or "never")) for k in found]
    show(as_json, data, table(rows, ("ID", "KEY", "NAME", "ACCOUNT", "LAST USED"), empty="There are no keys yet."))


@key.command()
@click.argument("key_id", type=int)
@config_option
@asynchronous
async def revoke(key_id: int, config: Path | None) -> None:
    """Revoke a key by its number; a running hub notices within a minute."""
    async with open_directory(settings_or_exit(config)) as directory:
        await directory.keys.revoke(key_id)
    click.echo(f"key {key_id} is revoked")
