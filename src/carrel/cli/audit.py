"""`carrel audit`: who changed what, and whether the rows that say so are as they were written."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from carrel.cli.common import asynchronous, config_option, json_option, settings_or_exit, show, table
from carrel.domain.audit import AuditFilter
from carrel.hub.platform import open_directory


@click.group()
def audit() -> None:
    """Read and check the audit: sign-ins, tokens, and every call that may have changed something."""


@audit.command("list")
@click.option("--account", "who", help="Only what this account (e-mail address or id) did or had done to it.")
@click.option("--project", "project_id", help="Only what was about this project.")
@click.option("--procedure", help="Only calls whose names begin so, such as v1/ or v2/accounts/ban.")
@click.option("--failed", is_flag=True, help="Only what was refused or failed.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="How many rows.")
@config_option
@json_option
@asynchronous
async def list_rows(
    who: str | None,
    project_id: str | None,
    procedure: str | None,
    failed: bool,
    limit: int,
    config: Path | None,
    as_json: bool,
) -> None:
    """List rows, newest first."""
    async with open_directory(settings_or_exit(config)) as directory:
        account_id = (await directory.accounts.find(who)).account_id if who else None
        wanted = AuditFilter(account_id, project_id, procedure, failed)
        found = await directory.audit.list_rows(wanted, limit=limit)
    data = [{"seq": row.seq, **asdict(row.entry), "hash": row.hash} for row in found]
    rows = [
        (
            str(row.seq),
            row.entry.time.isoformat(timespec="seconds"),
            row.entry.procedure,
            row.entry.outcome,
            row.entry.account_id or "nobody",
            row.entry.credential or "",
            row.entry.target_account_id or row.entry.target_project_id or "",
        )
        for row in found
    ]
    headings = ("NUMBER", "TIME", "CALL", "OUTCOME", "ACCOUNT", "BY", "ABOUT")
    show(as_json, data, table(rows, headings, empty="There are no such rows."))


@audit.command()
@config_option
@json_option
@asynchronous
async def verify(config: Path | None, as_json: bool) -> None:
    """Check that no row was changed or removed; exits with 1 and names the first that was.

    Keep the number and the hash that it prints in another place: rows that are cut off the end leave no trace but that
    the next check counts fewer.
    """
    async with open_directory(settings_or_exit(config)) as directory:
        verdict = await directory.audit.verify()
    text = f"{verdict.rows} rows are as they were written; the last hash is {verdict.hash}"
    if verdict.broken_at is not None:
        text = f"row {verdict.broken_at} is not what was written, or is missing; {verdict.rows} rows before it are good"
    show(as_json, asdict(verdict), text)
    if verdict.broken_at is not None:
        sys.exit(1)
