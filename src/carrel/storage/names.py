"""Names of files as text: on Linux a name is any bytes, and those that are not UTF-8 become characters of their own.

Byte n becomes U+EF00 + n, as in MirBSD's OPTU encoding: private characters that no name has for another reason. Those
that a name does have are written as their bytes, so that every name comes back as what it was.
"""

import os
import re

from carrel.kit.safe_paths import InnerPath, PathUnusable, Root, parse_bytes

_FIRST = 0xEF00
_ODD = re.compile("[\udc80-\udcff\uef80-\uefff]")
_SHOWN = re.compile("[\uef80-\uefff]")


def shown(name: str) -> str:
    """A name of the file system, as text that every encoder takes."""
    if name.isascii():
        return name
    return _ODD.sub(lambda odd: "".join(chr(_FIRST + byte) for byte in os.fsencode(odd[0])), name)


def named(text: str) -> str:
    """The name that is shown as `text`. Raises `PathUnusable`."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise PathUnusable("the path is not valid Unicode") from error
    raw = _SHOWN.sub(lambda byte: chr(0xDC00 + ord(byte[0]) - _FIRST), text)
    return os.fsdecode(os.fsencode(raw))


def inner_path(root: Root, text: str) -> InnerPath:
    """The path that is shown as `text`. Raises `PathUnusable`, `PathLeavesRoot`."""
    return parse_bytes(os.fsencode(named(text)), root.mount)


def text_of(way: tuple[str, ...]) -> str:
    """A way from the home, as text."""
    return shown("/".join(way))
