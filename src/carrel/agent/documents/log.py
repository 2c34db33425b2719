"""A document's log: one SQLite file with its updates, the content of its file when it was last equal, and its history.

What a method has returned from is on the disk. Everything here blocks and belongs to one thread at a time.
The project owns the file and may damage or delete it: every row carries a checksum, and `is_intact` tells whether the
open file still is the one that has the name.
"""

import os
import sqlite3
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from msgspec import Struct

_SCHEMA = """
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
BEGIN;
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS updates (number INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS contents (name TEXT PRIMARY KEY, checksum INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS versions (
  version INTEGER PRIMARY KEY AUTOINCREMENT, time_ms INTEGER NOT NULL, account_ids TEXT NOT NULL,
  bytes INTEGER NOT NULL, checksum INTEGER NOT NULL, data BLOB
);
CREATE TABLE IF NOT EXISTS people (account_id TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
COMMIT;
"""
_FORMAT = "1"
_BUSY_SECONDS = 1.0
_FAST = 1
"""How hard zlib tries."""
_PASSING = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY}
BASE, NEXT = "base", "next"
Failure = (sqlite3.Error, OSError)
"""What any method raises when the log is of no more use, or has no room."""


class Damaged(sqlite3.Error):
    """What is in the file is not what was put there."""


def is_passing(error: BaseException) -> bool:
    """Whether a failure says nothing about the log itself: no room on the disk, or somebody else has it open."""
    if isinstance(error, sqlite3.OperationalError):
        return (error.sqlite_errorcode & 0xFF) in _PASSING
    return isinstance(error, OSError)


class SavedVersion(Struct, frozen=True):
    """A version of the file; `blob_bytes` is what it takes in the log, 0 for the newest, which is the base."""

    version: int
    time_ms: int
    account_ids: tuple[str, ...]
    bytes: int
    blob_bytes: int


class Log:
    """An open log; raises one of `Failure` everywhere."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._database = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            self._database.executescript(_SCHEMA)
            self._identity = self._find_identity()
        except BaseException:
            self._database.close()
            raise

    @classmethod
    def create(cls, path: str, generation: str, state: bytes, base: bytes | None) -> "Log":
        """A new log in the place of whatever is there; `base` is its first version."""
        remove(path)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        log = cls(path)
        with log._transaction():
            log._database.executemany(
                "INSERT INTO meta VALUES (?, ?)", [("format", _FORMAT), ("generation", generation)]
            )
            log._insert([state])
            if base is not None:
                log._set_content(BASE, base)
                log._add_version(int(time.time() * 1000), (), len(base))
        return log

    @property
    def generation(self) -> str:
        """The generation of the document; raises `Damaged` if there is none, as in a file that was not finished."""
        found = dict(self._database.execute("SELECT name, value FROM meta"))
        if found.get("format") != _FORMAT or not found.get("generation"):
            raise Damaged
        return str(found["generation"])

    @property
    def taken(self) -> list[str]:
        """The names of the files that were taken in last."""
        return str(dict(self._database.execute("SELECT name, value FROM meta")).get("taken", "")).split()

    def updates(self) -> list[bytes]:
        """All updates, in order."""
        return [
            _checked(data, checksum)
            for data, checksum in self._database.execute("SELECT data, checksum FROM updates ORDER BY number")
        ]

    def append(self, updates: Sequence[bytes], base: bytes | None = None, taken: Sequence[str] = ()) -> None:
        """Add updates; with them the document has taken in the file as it is in `base`, and the files named `taken`."""
        with self._transaction():
            self._insert(updates)
            if base is not None:
                self._rebase(base)
                self._database.execute("INSERT OR REPLACE INTO meta VALUES ('taken', ?)", (" ".join(taken),))

    def compact(self, state: bytes) -> None:
        """Put one update in the place of all, and give back the room."""
        with self._transaction():
            self._database.execute("DELETE FROM updates")
            self._insert([state])
        self._shrink()

    def content(self, name: str) -> bytes | None:
        """The file as it was when it was last equal to the document (`BASE`), or would be if it was saved (`NEXT`)."""
        found = self._database.execute("SELECT data, checksum FROM contents WHERE name = ?", (name,)).fetchone()
        return zlib.decompress(_checked(*found)) if found is not None else None

    def saving(self, data: bytes) -> None:
        """Note what the file is about to become."""
        with self._transaction():
            self._set_content(NEXT, data)

    def saved(self, version: SavedVersion, data: bytes, names: Mapping[str, str], *, keep_last: bool) -> None:
        """`data`, which was noted, is in the file and is a new version; `keep_last`: the one before stays as well.

        `names` are those of the accounts that made it.
        """
        with self._transaction():
            if keep_last:
                self._keep_newest()
            self._database.execute("DELETE FROM versions WHERE data IS NULL")
            renamed = self._database.execute("UPDATE OR REPLACE contents SET name = ? WHERE name = ?", (BASE, NEXT))
            if renamed.rowcount == 0:  # the log was made anew since
                self._set_content(BASE, data)
            self._add_version(version.time_ms, version.account_ids, version.bytes)
            self._database.executemany("INSERT OR REPLACE INTO people VALUES (?, ?)", list(names.items()))

    def versions(self) -> list[SavedVersion]:
        """All versions, oldest first."""
        rows = self._database.execute(
            "SELECT version, time_ms, account_ids, bytes, coalesce(length(data), 0) FROM versions ORDER BY version"
        )
        return [SavedVersion(number, time, tuple(ids.split()), size, blob) for number, time, ids, size, blob in rows]

    def names(self) -> dict[str, str]:
        """The names of all who have made versions, by account id."""
        return dict(self._database.execute("SELECT account_id, name FROM people"))

    def version(self, number: int) -> bytes | None:
        """The content of a version; None if it is not there."""
        found = self._database.execute("SELECT data, checksum FROM versions WHERE version = ?", (number,)).fetchone()
        if found is None:
            return None
        return self.content(BASE) if found[0] is None else zlib.decompress(_checked(*found))

    def forget(self, numbers: Sequence[int]) -> None:
        """Drop versions."""
        with self._transaction():
            self._database.executemany("DELETE FROM versions WHERE version = ?", [(number,) for number in numbers])
        self._shrink()

    def is_intact(self) -> bool:
        """Whether what was written is in the files that have the names."""
        with suppress(OSError):
            return self._find_identity() == self._identity
        return False

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self._database.close()

    def _insert(self, updates: Sequence[bytes]) -> None:
        rows = [(zlib.crc32(update), update) for update in updates]
        self._database.executemany("INSERT INTO updates (checksum, data) VALUES (?, ?)", rows)

    def _keep_newest(self) -> None:
        """Give the newest version, which was the base so far, a content of its own."""
        self._database.execute(
            "UPDATE versions SET (checksum, data) = (SELECT checksum, data FROM contents WHERE name = ?)"
            " WHERE data IS NULL",
            (BASE,),
        )

    def _rebase(self, data: bytes) -> None:
        """The file is `data` now, and nobody whom we know has made it so."""
        self._keep_newest()
        self._set_content(BASE, data)
        self._add_version(int(time.time() * 1000), (), len(data))
        self._database.execute("DELETE FROM contents WHERE name = ?", (NEXT,))

    def _add_version(self, time_ms: int, account_ids: Sequence[str], size: int) -> None:
        """The newest version, whose content is the base."""
        self._database.execute(
            "INSERT INTO versions (time_ms, account_ids, bytes, checksum) VALUES (?, ?, ?, 0)",
            (time_ms, " ".join(account_ids), size),
        )

    def _set_content(self, name: str, data: bytes) -> None:
        packed = zlib.compress(data, _FAST)
        row = (name, zlib.crc32(packed), packed)
        self._database.execute("INSERT OR REPLACE INTO contents (name, checksum, data) VALUES (?, ?, ?)", row)

    def _shrink(self) -> None:
        for statement in ("PRAGMA incremental_vacuum", "PRAGMA wal_checkpoint(TRUNCATE)"):
            self._database.execute(statement).fetchall()

    def _find_identity(self) -> tuple[tuple[int, int], ...]:
        """SQLite keeps both files open for as long as the database is."""
        found = [os.stat(self._path + suffix) for suffix in ("", "-wal")]
        return tuple((each.st_dev, each.st_ino) for each in found)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._database.execute("ROLLBACK")
            raise


def remove(path: str) -> None:
    """Remove a log, if there is one."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            os.unlink(path + suffix)


def _checked(data: object, checksum: object) -> bytes:
    if not isinstance(data, bytes) or zlib.crc32(data) != checksum:
        raise Damaged
    return data
