"""Every error of the domain has a text and a status on the wire."""

from carrel.domain.errors import DomainError
from carrel.domain.files import FileMissing, FileTooLarge, IsDirectory, PathEscapes
from carrel.domain.keys import AccountBanned, KeyUnknown
from carrel.hub.api.v1 import all_events
from carrel.hub.wire import v1_status, v1_text


def subclasses(of: type[DomainError]) -> set[type[DomainError]]:
    return {cls for child in of.__subclasses__() for cls in {child, *subclasses(child)}}


def bare(cls: type[DomainError]) -> DomainError:
    """An instance without its attributes: the wire looks at nothing but class and text."""
    error = cls.__new__(cls)
    Exception.__init__(error, "what went wrong")
    return error


def test_all_domain_errors_have_a_code_of_their_own() -> None:
    all_events()  # all modules are imported now
    errors = subclasses(DomainError)
    codes = [cls.code for cls in errors]
    assert len(errors) > 30
    assert sorted(codes) == sorted(set(codes))
    assert DomainError.code not in codes


def test_all_domain_errors_have_a_text_and_a_status() -> None:
    for cls in subclasses(DomainError):
        error = bare(cls)
        assert v1_text(error) in ("what went wrong", "Error: what went wrong"), cls
        assert v1_status(error) in (200, 400), cls


def test_a_bad_key_is_refused_before_the_handler_and_never_with_401() -> None:
    assert v1_status(KeyUnknown()) == v1_status(AccountBanned("help@example.com")) == 400
    assert v1_text(KeyUnknown()) == "No account found. Is your API key wrong?"


def test_errors_about_files_have_the_prefix_that_clients_know() -> None:
    assert v1_text(FileMissing("a")) == "Error: ENOENT: no such file or directory, stat 'a'"
    assert v1_text(IsDirectory()) == "Error: EISDIR: illegal operation on a directory, read"
    assert v1_text(PathEscapes()) == "Error: EACCES: path must be contained in project home dir"
    assert v1_text(FileTooLarge(12_000_000)).startswith("Error: Attempt to open large file of size 12MB; ")
