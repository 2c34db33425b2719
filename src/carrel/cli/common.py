"""What commands share: settings, output for people or as JSON, errors, and an event loop."""

import json
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

import anyio
import click
from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from carrel.domain.errors import DomainError
from carrel.hub.settings import Settings, load_settings
from carrel.store.engines import driver_url

P = ParamSpec("P")
T = TypeVar("T")

config_option = click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="CARREL_CONFIG",
    help="TOML file with settings.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def fail(text: str) -> NoReturn:
    """End the command with exit code 1."""
    click.echo(f"carrel: {text}", err=True)
    sys.exit(1)


def settings_or_exit(config: Path | None, **sections: Any) -> Settings:
    """The settings; a wrong one ends the command with a line for each problem."""
    unknown = _unknown_variables()
    if unknown:
        fail(f"unknown settings in the environment: {', '.join(unknown)}")
    try:
        settings = load_settings(config, **sections)
        driver_url(settings.database_url)
    except ValidationError as error:
        problems = [f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()]
        fail("wrong settings\n  " + "\n  ".join(problems))
    except (ValueError, ArgumentError) as error:  # a file that is no TOML, a variable that is no JSON, a strange URL
        fail(f"wrong settings\n  {error}")
    return settings


def _unknown_variables() -> list[str]:
    """`CARREL_*` variables that name no setting: most likely a typing error, better said than ignored."""
    known = {"CARREL_CONFIG"}
    for section, field in Settings.model_fields.items():
        names = getattr(field.annotation, "model_fields", None)
        known |= {f"CARREL_{section}".upper()} if names is None else {f"CARREL_{section}_{n}".upper() for n in names}
    return sorted(name for name in os.environ if name.startswith("CARREL_") and name.upper() not in known)


def asynchronous(work: Callable[P, Awaitable[T]]) -> Callable[P, T]:
    """Run an async command; what the domain or the database refuses is said in a line, with exit code 1."""

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return anyio.run(lambda: work(*args, **kwargs))
        except DomainError as error:
            fail(str(error))
        except (OSError, SQLAlchemyError) as error:
            fail(f"{str(error).splitlines()[0]}; carrel doctor tells more")

    return run


def show(as_json: bool, data: Any, text: str) -> None:
    """Print the data as JSON, or the text for people."""
    click.echo(json.dumps(data, indent=2, default=str) if as_json else text)


def table(rows: Sequence[tuple[str, ...]], headings: tuple[str, ...], *, empty: str) -> str:
    """Rows as aligned columns, or what to say when there are none."""
    if not rows:
        return empty
    widths = [max(len(row[i]) for row in [headings, *rows]) for i in range(len(headings))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [headings, *rows]
    )
