"""Files from the net, fetched by the project itself: in its sandbox, where its network policy holds."""

from dataclasses import dataclass
from pathlib import Path
from posixpath import basename
from urllib.parse import unquote, urlsplit

from carrel.domain.errors import DomainError
from carrel.domain.execution import ExecSpec
from carrel.domain.projects import ProjectAccess
from carrel.services import fetch_inside
from carrel.services.execution import Execution

_PROGRAM = Path(fetch_inside.__file__).read_text()
_MOST_BYTES = 1_000_000_000
_SECONDS = 300
_REASON_LENGTH = 1000


class FetchFailed(DomainError):
    """What was to be fetched is not there, is too large, or may not be reached by the project; the text says which."""

    code = "fetch-failed"


@dataclass(frozen=True, slots=True)
class Fetched:
    path: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Fetching:
    """The hub asks nobody for anything: what it can reach, the one who gives the address may not."""

    execution: Execution

    async def fetch(self, access: ProjectAccess, url: str, path: str) -> Fetched:
        """Write what is at `url` to a file of the project, which is started if need be.

        A `path` that is empty or ends with `/` means a directory; the address says the name. Raises `FetchFailed`.
        """
        place = path + _name_in(url) if not path or path.endswith("/") else path
        program = ("-I", "-c", _PROGRAM, url, place, str(_MOST_BYTES))
        done = await self.execution.run(access, ExecSpec("python3", program, timeout_seconds=_SECONDS))
        if done.exit_code != 0:
            raise FetchFailed(f"unable to fetch {url[:_REASON_LENGTH]} -- {done.stderr.strip()[-_REASON_LENGTH:]}")
        return Fetched(place, int(done.stdout))


def _name_in(url: str) -> str:
    try:
        name = basename(unquote(urlsplit(url).path))
    except ValueError:
        name = ""
    if name in ("", ".", ".."):
        raise FetchFailed("the address names no file; say its path")
    return name
