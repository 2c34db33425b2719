"""The page of the command line, from the commands themselves."""

import inspect
from collections.abc import Iterator

import click

from carrel.cli.main import main
from reference.markdown import code, page, table


def commands_page() -> str:
    """The whole page."""
    return page(
        "# Command line",
        "Made from the code. `carrel --help` and `carrel <command> --help` say the same.",
        *(block for path, command in all_commands() for block in _command(path, command)),
    )


def all_commands() -> Iterator[tuple[str, click.Command]]:
    """Every command and group with its full name, groups before their commands."""
    waiting: list[tuple[str, click.Command]] = [("carrel", main)]
    while waiting:
        path, command = waiting.pop(0)
        yield path, command
        if isinstance(command, click.Group):
            waiting[:0] = [(f"{path} {name}", sub) for name, sub in command.commands.items()]


def _command(path: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=path, **main.context_settings)
    yield f"{'#' * min(4, 2 + path.count(' '))} {path}"
    yield f"```\n{' '.join([path, *command.collect_usage_pieces(context)])}\n```"
    yield inspect.cleandoc(command.help or "")
    records = (option.get_help_record(context) for option in command.params if isinstance(option, click.Option))
    yield table(
        ("Option", "Meaning"), ((code(names), text) for record in records if record for names, text in [record])
    )
