"""What can be wrong with a path or a file inside a project's home; the texts are those of the compatible API."""

from carrel.domain.errors import DomainError

TEXT_FILE_BYTES = 10_000_000


class FileMissing(DomainError):
    code = "file-missing"

    def __init__(self, path: str) -> None:
        super().__init__(f"ENOENT: no such file or directory, stat '{path}'")


class FileExists(DomainError):
    """Something has that name already; nothing was changed."""

    code = "file-exists"

    def __init__(self, path: str) -> None:
        super().__init__(f"EEXIST: file exists: '{path}'")


class FileTooLarge(DomainError):
    code = "file-too-large"

    def __init__(self, size_bytes: int) -> None:
        super().__init__(
            f"Attempt to open large file of size {size_bytes / 1e6:.0f}MB; the maximum allowed size is 10MB. "
            "Use vim, emacs, or pico from a terminal instead."
        )


class IsDirectory(DomainError):
    code = "is-directory"

    def __init__(self) -> None:
        super().__init__("EISDIR: illegal operation on a directory, read")


class PathEscapes(DomainError):
    """The path, its symlinks resolved, would leave the home directory."""

    code = "path-escapes"

    def __init__(self) -> None:
        super().__init__("EACCES: path must be contained in project home dir")


class FileRefused(DomainError):
    """The file system refused: permissions, not a regular file, name too long; the message says why, and the path."""

    code = "file-refused"


class DiskFull(DomainError):
    """The host's disk or the project's quota has no room; nothing was changed."""

    code = "disk-full"
