"""Domain errors on the wire: the one place that knows which text and status a dialect gives them."""

from carrel.domain.errors import DomainError, MultiResponseUnsupported
from carrel.domain.files import FileMissing, FileRefused, FileTooLarge, IsDirectory, PathEscapes
from carrel.domain.keys import AccountBanned, KeyUnknown

_PREFIXED = (FileMissing, FileTooLarge, IsDirectory, PathEscapes, FileRefused)
_REFUSALS = (KeyUnknown, AccountBanned, MultiResponseUnsupported)


def v1_text(error: DomainError) -> str:
    """The `error` text of API v1; errors about files carry the prefix that clients know."""
    return f"Error: {error}" if isinstance(error, _PREFIXED) else str(error)


def v1_status(error: DomainError) -> int:
    """API v1 answers 200 to what fails in a handler; 400 to a key that is not good and to what no handler takes."""
    return 400 if isinstance(error, _REFUSALS) else 200
