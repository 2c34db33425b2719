"""The `query` event: reading and writing tables by small JSON objects, as the compatible API does it."""

from carrel.services.queries.engine import ProjectActions, Queries

__all__ = ["ProjectActions", "Queries"]
