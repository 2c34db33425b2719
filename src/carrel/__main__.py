"""`python -m carrel` is the command `carrel`."""

from carrel.cli import main

main()
