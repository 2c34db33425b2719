"""`carrel doctor`: is everything here that Carrel needs, and how to mend what is not."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from carrel.cli.common import asynchronous, config_option, json_option, settings_or_exit, show
from carrel.hub.checks import all_checks


@click.command()
@config_option
@json_option
@asynchronous
async def doctor(config: Path | None, as_json: bool) -> None:
    """Check programs, sandboxes, limits, disk and database, and say how to mend what is wrong."""
    settings = settings_or_exit(config)
    checks = await all_checks(settings)
    lines = []
    for check in checks:
        lines.append(f"{'ok  ' if check.ok else 'FAIL'}  {check.name}: {check.detail}")
        if not check.ok:
            lines.append(f"      to mend: {check.mend}")
    show(as_json, [asdict(check) for check in checks], "\n".join(lines))
    if not all(check.ok for check in checks):
        sys.exit(1)
