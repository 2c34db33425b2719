"""The command line: parse arguments, call a service, print."""

from carrel.cli.main import main

__all__ = ["main"]
