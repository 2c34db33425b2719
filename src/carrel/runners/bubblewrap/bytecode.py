"""Byte code for files that run elsewhere: made of what Python has compiled for us already, where that is still good.

A sandbox cannot write byte code, so its files come with theirs. Compiling them takes seconds; most of them are part of
an installed package and have been compiled when that was. Only the file name in the code differs, and is replaced.
"""

import marshal
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path
from types import CodeType

_UNCHECKED_HASH = (1).to_bytes(4, "little")  # PEP 552: good for its source, without a look at it
_BY_TIME = bytes(4)
_HEADER = 16


def write_bytecode(source: Path, target: Path, name: str) -> None:
    """Put the byte code of `source` where Python looks for that of `target`; `name` is the file's name at run time."""
    content = source.read_bytes()
    code: CodeType = _compiled(source) or compile(content, name, "exec", dont_inherit=True)
    cache = Path(cache_from_source(target))
    cache.parent.mkdir(exist_ok=True)
    head = MAGIC_NUMBER + _UNCHECKED_HASH + source_hash(content)
    cache.write_bytes(head + marshal.dumps(_renamed(code, name)))


def _compiled(source: Path) -> CodeType | None:
    """What Python has compiled of `source`, if that has not changed since."""
    try:
        content = Path(cache_from_source(source)).read_bytes()
    except OSError:
        return None
    status = source.stat()
    now = [int(status.st_mtime) & 0xFFFFFFFF, status.st_size & 0xFFFFFFFF]
    head = MAGIC_NUMBER + _BY_TIME + b"".join(number.to_bytes(4, "little") for number in now)
    if content[:_HEADER] != head:
        return None
    code = marshal.loads(content[_HEADER:])  # noqa: S302 -- the hub imports the same file
    return code if isinstance(code, CodeType) else None


def _renamed(code: CodeType, name: str) -> CodeType:
    constants = tuple(_renamed(value, name) if isinstance(value, CodeType) else value for value in code.co_consts)
    return code.replace(co_filename=name, co_consts=constants)
