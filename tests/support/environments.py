"""The Python environment of the projects that `make test` has made."""

from pathlib import Path

ENVIRONMENT = Path(__file__).parents[2] / ".venv/environment"
