"""`carrel migrate`: bring the database's schema up to date."""

from pathlib import Path

import click

from carrel.cli.common import asynchronous, config_option, fail, settings_or_exit
from carrel.store.engines import driver_url, open_engines
from carrel.store.migrate import SchemaTooNew, ensure_schema, head_revision, schema_revision


@click.command()
@click.option("--check", is_flag=True, help="Only tell whether the schema is up to date (exit code 1 if not).")
@config_option
@asynchronous
async def migrate(check: bool, config: Path | None) -> None:
    """Bring the database's schema up to date. `serve` does this too when it starts."""
    settings = settings_or_exit(config)
    settings.data.dir.mkdir(parents=True, exist_ok=True)
    reader, writer = open_engines(driver_url(settings.database_url), 1)
    try:
        before = await schema_revision(writer)
        if not check:
            await ensure_schema(writer)
    except SchemaTooNew as error:
        fail(str(error))
    finally:
        await reader.dispose()
        await writer.dispose()
    if before == head_revision():
        click.echo(f"the schema is up to date ({before})")
    elif check:
        fail(f"the schema is {before or 'empty'}, this version needs {head_revision()}: run carrel migrate")
    else:
        click.echo(f"migrated the schema from {before or 'nothing'} to {head_revision()}")
