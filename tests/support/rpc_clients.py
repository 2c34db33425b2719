"""The Python client of the compatible product."""

from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any

import cocalc_api
import pytest

from support.people import Person


@dataclass(frozen=True, slots=True)
class Clients:
    """The client's objects, whose connections are closed at the end."""

    stack: ExitStack

    def hub(self, who: Person) -> cocalc_api.Hub:
        api = cocalc_api.Hub(who.key, who.hub.url)
        self.stack.enter_context(api.client)
        return api

    def project(self, who: Person, project_id: str | None = None) -> cocalc_api.Project:
        """Without an id, the project of a project's own key."""
        inside = cocalc_api.Project(who.key, who.hub.url, project_id)
        self.stack.enter_context(inside.client)
        return inside


def failing(text: str) -> AbstractContextManager[Any]:
    """The client raises exactly this."""
    return pytest.raises(RuntimeError, check=lambda error: str(error) == text)
