"""How a room comes to be: from the file, and from the log if there is one that can be trusted."""

import os
import secrets
from contextlib import suppress
from typing import Any

from msgspec import Struct
from pycrdt import Doc

from carrel.agent.connection import Refused
from carrel.agent.documents import disk, log
from carrel.agent.documents.disk import Signature
from carrel.agent.documents.files import Content, Unsupported
from carrel.agent.documents.log import BASE, NEXT, Log
from carrel.agent.documents.logbook import Logbook
from carrel.agent.documents.notebook_doc import NotebookDoc
from carrel.agent.documents.notebook_file import EMPTY, NotebookFile
from carrel.agent.documents.pace import Pace
from carrel.agent.documents.place import Place, create_file, load_file
from carrel.agent.documents.room import Document, Room
from carrel.agent.documents.text_doc import TextDoc
from carrel.agent.documents.text_file import TextFile
from carrel.agent.documents.texts import hunks
from carrel.agent.documents.threads import Threads
from carrel.agent.documents.watch import Watch
from carrel.protocol.documents import BUSY, FORBIDDEN, UNSUPPORTED

_NOTEBOOK = ".ipynb"


class _Logged(Struct):
    """What a log tells: the document's updates, and the file as it was."""

    log: Log
    generation: str
    updates: list[bytes]
    base: bytes
    next: bytes | None
    taken: list[str]


async def open_room(place: Place, real: str, threads: Threads, pace: Pace, *, create: bool) -> Room:
    """A room for the file at a real path; raises `Refused`."""
    if create:
        await threads.for_file(create_file, real, EMPTY if real.endswith(_NOTEBOOK) else b"")
    data, known = await threads.for_file(load_file, real)
    path = place.log_of(real)
    logged = await threads.for_log(_read_log, path)
    document = _document(real)
    if logged is not None:
        try:
            return await _reopen(document, logged, (real, path, data, known), threads, pace)
        except _BROKEN_LOG:
            logged.log.close()
            document = _document(real)
    base = _parse(real, data, None)
    document.change(base.value)
    left = await threads.for_file(disk.leftovers, real)
    for _, displaced in left:
        _unite_leftover(document, _document(real), _parser(real), displaced, base)
    generation = secrets.token_hex(8)
    state = document.doc.get_update()
    try:
        made = await threads.for_log(Log.create, path, generation, state, data)
    except log.Failure as error:
        raise Refused(FORBIDDEN, f"The document's log cannot be written: {error}.") from error
    watch = _watch(document, Logbook(path, made, generation, threads), (real, base, known), threads, pace)
    room = Room(real, document, watch.logbook, watch, pace)
    await _end_opening(watch, left, threads)
    return room


_BROKEN_LOG = (ValueError, Unsupported)


async def _reopen(
    document: Document, logged: _Logged, found: tuple[str, str, bytes, Signature], threads: Threads, pace: Pace
) -> Room:
    """A room from a log; what happened to the file since is merged into it."""
    real, path, data, known = found
    with document.doc.transaction():
        for update in logged.updates:
            document.doc.apply_update(update)
    before = document.read()
    old = _parser(real)(_nearest(data, logged), before)
    theirs = _parse(real, data, old.value)
    watch = _watch(document, Logbook(path, logged.log, logged.generation, threads), (real, old, known), threads, pace)
    room = Room(real, document, watch.logbook, watch, pace)
    if theirs.data != old.data:
        document.merge(old.value, theirs.value)
    watch.base = theirs
    left = await threads.for_file(disk.leftovers, real, logged.generation)
    for place, displaced in left:
        if os.path.basename(place) not in logged.taken:
            _take_leftover(document, _parser(real), displaced, logged)
    if theirs.data != logged.base or left:
        watch.logbook.rebase(theirs.data, [os.path.basename(place) for place, _ in left])
    if left:
        await watch.logbook.secure()
    await _end_opening(watch, left, threads)
    return room


async def _end_opening(watch: Watch, left: list[tuple[str, bytes]], threads: Threads) -> None:
    """What was left is in the log now, and what is not in the file is to be saved."""
    for place, _ in left:
        await threads.for_file(os.unlink, place)
    if watch.is_different():
        watch.edited()


def _unite_leftover(document: Document, other: Document, parse: Any, data: bytes, base: Content) -> None:
    """Add what is only in a leftover: without the log nobody knows what that is a change of."""
    with suppress(Unsupported):
        other.change(parse(data, base.value).value)
        document.unite(other)


def _take_leftover(document: Document, parse: Any, data: bytes, logged: _Logged) -> None:
    """Merge what somebody had made of the base when it was replaced, unless it is the base or what replaced it."""
    is_own = logged.next is not None and logged.next.startswith(data)
    if is_own or data == logged.base:
        return
    with suppress(Unsupported):
        base = parse(logged.base, document.read())
        document.merge(base.value, parse(data, base.value).value)


def _nearest(data: bytes, logged: _Logged) -> bytes:
    """What the file was before others changed it: the base, or what was just being written when the agent ended."""
    if logged.next is None or data == logged.base:
        return logged.base
    text = data.decode(errors="replace")
    return min(logged.next, logged.base, key=lambda each: _distance(each.decode(errors="replace"), text))


def _distance(old: str, new: str) -> int:
    return sum(hunk.end - hunk.start + len(hunk.text) for hunk in hunks(old, new))


def _watch(
    document: Document, logbook: Logbook, file: tuple[str, Content, Signature], threads: Threads, pace: Pace
) -> Watch:
    real, base, known = file
    watch = Watch(real, document, _parser(real), logbook, threads, pace)
    watch.base, watch.known = base, known
    return watch


def _document(real: str) -> Document:
    doc: Doc[Any] = Doc()
    return NotebookDoc(doc) if real.endswith(_NOTEBOOK) else TextDoc(doc)


def _parser(real: str) -> Any:
    return NotebookFile if real.endswith(_NOTEBOOK) else lambda data, like: TextFile(data)


def _parse(real: str, data: bytes, like: Any) -> Content:
    try:
        content: Content = _parser(real)(data, like)
    except Unsupported as error:
        raise Refused(UNSUPPORTED, str(error)) from error
    return content


def _read_log(path: str) -> _Logged | None:
    """What is in a log; None if there is none, or if it is damaged."""
    if not os.path.exists(path):
        return None
    try:
        opened = Log(path)
    except log.Failure as error:
        if log.is_passing(error):
            raise Refused(BUSY, f"The document's log cannot be read: {error}.") from error
        return None
    try:
        base = opened.content(BASE)
        if base is not None:
            return _Logged(opened, opened.generation, opened.updates(), base, opened.content(NEXT), opened.taken)
    except (*log.Failure, ValueError, TypeError):
        pass
    opened.close()
    return None
