"""Everything a caller can act on: one class per thing that can go wrong, with a stable code and a sentence.

`hub/wire.py` gives each class its status and its text in each dialect. What is not a `DomainError` is a bug. Modules of
the domain add their own classes beside the values they belong to.
"""

from typing import ClassVar


class DomainError(Exception):
    """Root of the tree; `code` is stable and machine readable, `str(error)` is for people."""

    code: ClassVar[str] = "error"


class NotAvailableWithProjectKey(DomainError):
    """An account-only call was made with a project's key."""

    code = "not-available-with-project-key"

    def __init__(self) -> None:
        super().__init__("not available with a project API key")


class AdminRequired(DomainError):
    """The call needs an account of the group `admin`."""

    code = "admin-required"

    def __init__(self) -> None:
        super().__init__("must be logged in and a member of the admin group")


class Overloaded(DomainError):
    """A bounded resource is used up for now; the same call may succeed later."""

    code = "overloaded"


class TextUnstorable(DomainError):
    """A text with a NUL character was to be stored or looked up, which not every database can do."""

    code = "text-unstorable"

    def __init__(self) -> None:
        super().__init__("texts must not contain NUL characters")


class MultiResponseUnsupported(DomainError):
    """A query asked for several responses, which one HTTP reply cannot give."""

    code = "multi-response-unsupported"

    def __init__(self) -> None:
        super().__init__("multi_response queries aren't supported")
