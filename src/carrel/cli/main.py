"""`carrel`: the commands and what they share."""

import logging

import click

from carrel import __version__
from carrel.cli.accounts import account
from carrel.cli.audit import audit
from carrel.cli.demo import demo
from carrel.cli.doctor import doctor
from carrel.cli.environment import environment
from carrel.cli.keys import key
from carrel.cli.logs import configure_logging
from carrel.cli.migrate import migrate
from carrel.cli.projects import project
from carrel.cli.serve import serve


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="carrel")
def main() -> None:
    """Carrel gives a web site its own live compute: projects, files, commands and copies over an HTTP API.

    Settings come from CARREL_* environment variables or from the TOML file that --config or CARREL_CONFIG names.
    Commands exit with 0 when done, 1 when they failed, 2 when called wrongly.
    """
    configure_logging("text", logging.WARNING)


for command in (serve, demo, account, key, project, audit, migrate, doctor, environment):
    main.add_command(command)
