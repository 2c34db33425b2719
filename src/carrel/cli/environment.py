"""`carrel environment`: the Python environment that projects run their notebooks with."""

from pathlib import Path

import click

from carrel.cli.common import config_option, fail, settings_or_exit
from carrel.runners.bubblewrap.runtime import NoRuntime, choose_python
from carrel.runners.environment import EnvironmentFailed, make_environment


@click.group()
def environment() -> None:
    """Make the Python environment of the projects."""


@environment.command("make")
@config_option
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path), required=False)
@click.option(
    "--requirement",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Requirements file of pip with the packages that it shall have; without it the usual ones.",
)
def make(config: Path | None, directory: Path | None, requirement: Path | None) -> None:
    """Make the environment, or make it anew, in DIRECTORY (where the server looks for it, unless given).

    Projects that run keep what they have; those that start from now on get the new one.
    """
    settings = settings_or_exit(config)
    place = directory or settings.runner.environment or settings.data.dir / "environment"
    try:
        make_environment(place.absolute(), choose_python(settings.runner.python), requirement)
    except (EnvironmentFailed, NoRuntime) as error:
        fail(str(error))
    click.echo(f"{place} is ready")
