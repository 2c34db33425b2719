"""Looks at what pages send before yrs does, which follows what is nested by recursion: deep nests end the agent.

The format is that of updates in Yjs (version 1): structs for each client, then what is deleted. A struct names the
type that holds it, or stands beside another one that is held by the same.
"""

from bisect import bisect_right
from collections.abc import Iterable

from carrel.protocol.codec import GarbledFrame
from carrel.protocol.documents import Reader

DEEPEST = 32
"""How deep types, and the values in them, may be nested; those of a notebook are five deep."""
DEEPEST_VALUE = 100
_GC, _DELETED, _JSON, _BINARY, _STRING, _EMBED, _FORMAT, _TYPE, _ANY = range(9)
_HAS_LEFT, _HAS_RIGHT, _HAS_NAME = 0x80, 0x40, 0x20
_NAMED_TYPES = (3, 5)
_ANY_SIZES = {127: 0, 126: 0, 124: 4, 123: 8, 122: 8, 121: 0, 120: 0}
_ANY_NUMBER, _ANY_STRING, _ANY_OBJECT, _ANY_LIST, _ANY_BYTES = 125, 119, 118, 117, 116

Id = tuple[int, int]
"""Client and clock."""


class Unsound(ValueError):
    """An update that is none, or that is not for a document like this."""


def examine(update: bytes, roots: Iterable[str]) -> "Shape":
    """Raise `Unsound` unless an update is well-formed, flat enough, and only for types that the document has."""
    shape = Shape(update, frozenset(roots))
    try:
        shape.walk()
    except GarbledFrame as error:
        raise Unsound(f"An update that is none: {error}.") from error
    return shape


class Shape:
    """An update. `_held` has, for each client, where each struct begins and what tells its holder."""

    def __init__(self, update: bytes, roots: frozenset[str]) -> None:
        self._reader = Reader(update)
        self._roots = roots
        self._held: dict[int, tuple[list[int], list[tuple[Id | None, int]]]] = {}
        self._ranges: dict[int, tuple[int, int]] = {}
        self._needs: dict[int, int] = {}
        self._nested = 0

    def lacks(self, state: bytes) -> bool:
        """Whether it builds on something that is neither in itself nor in a document with this state vector."""
        known, reader = dict[int, int](), Reader(state)
        for _ in range(reader.number()):
            client = reader.number()
            known[client] = reader.number()
        if any(begin > known.get(client, 0) for client, (begin, _) in self._ranges.items()):
            return True
        ends = {client: end for client, (_, end) in self._ranges.items()}
        return any(need > max(known.get(client, 0), ends.get(client, 0)) for client, need in self._needs.items())

    def walk(self) -> None:
        """Read all of it."""
        reader = self._reader
        for _ in range(reader.number()):
            count, client, begin = reader.number(), reader.number(), reader.number()
            if client in self._held:
                raise GarbledFrame("a client that comes twice")
            starts, holders = self._held[client] = ([], [])
            clock = begin
            for _ in range(count):
                holder, size = self._struct()
                if holder is not None:
                    starts.append(clock)
                    holders.append(holder)
                clock += size
            self._ranges[client] = (begin, clock)
        if self._nested > DEEPEST:
            self._demand_flat()

    def _struct(self) -> tuple[tuple[Id | None, int] | None, int]:
        """What tells its holder (an id, and how much deeper than that it is), and its length."""
        reader = self._reader
        info = reader.byte()
        kind = info & 0x1F
        if kind == _GC:
            return None, reader.number()
        left = self._id() if info & _HAS_LEFT else None
        right = self._id() if info & _HAS_RIGHT else None
        beside, deeper = left or right, 0
        if beside is None:
            if reader.number():
                if reader.text() not in self._roots:
                    raise Unsound("The document has no such part.")
            else:
                beside, deeper = self._id(), 1
                self._nested += 1
            if info & _HAS_NAME:
                reader.sized()
        return (beside, deeper), self._content(kind)

    def _id(self) -> Id:
        client, clock = self._reader.number(), self._reader.number()
        self._needs[client] = max(self._needs.get(client, 0), clock + 1)
        return client, clock

    def _content(self, kind: int) -> int:
        """Skip what a struct holds; its length."""
        reader = self._reader
        if kind == _DELETED:
            return reader.number()
        if kind == _STRING:
            text = reader.text()
            return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
        if kind in (_JSON, _ANY):
            count = reader.number()
            for _ in range(count):
                self._value() if kind == _ANY else reader.sized()
            return count
        if kind in (_BINARY, _EMBED):
            reader.sized()
        elif kind == _FORMAT:
            reader.sized()
            reader.sized()
        elif kind == _TYPE:
            if reader.number() in _NAMED_TYPES:
                reader.sized()
        else:
            raise GarbledFrame(f"a struct of kind {kind}")
        return 1

    def _value(self) -> None:
        """Skip a value, whatever it holds; `open_` counts what the objects and lists around still hold."""
        reader = self._reader
        open_: list[int] = [1]
        is_object = [False]
        while open_:
            if not open_[-1]:
                open_.pop()
                is_object.pop()
                continue
            open_[-1] -= 1
            if is_object[-1]:
                reader.sized()
            kind = reader.byte()
            if kind in (_ANY_OBJECT, _ANY_LIST):
                open_.append(reader.number())
                is_object.append(kind == _ANY_OBJECT)
                if len(open_) > DEEPEST_VALUE:
                    raise Unsound("A value is nested too deeply.")
            elif kind in (_ANY_STRING, _ANY_BYTES):
                reader.sized()
            elif kind == _ANY_NUMBER:
                reader.signed()
            elif kind in _ANY_SIZES:
                reader.skip(_ANY_SIZES[kind])
            else:
                raise GarbledFrame(f"a value of kind {kind}")

    def _demand_flat(self) -> None:
        depths: dict[tuple[int, int], int] = {}
        for client, (_, holders) in self._held.items():
            for index in range(len(holders)):
                self._measure((client, index), depths)

    def _measure(self, place: tuple[int, int], depths: dict[tuple[int, int], int]) -> None:
        """Follow the holders of a struct up to one that is known, or is not in the update."""
        way: list[tuple[tuple[int, int], int]] = []
        at: tuple[int, int] | None = place
        depth = 0
        while at is not None:
            if (known := depths.get(at)) is not None:
                depth = known
                break
            holder, deeper = self._held[at[0]][1][at[1]]
            way.append((at, deeper))
            depths[at] = DEEPEST  # whoever comes back here has gone in a circle
            at = self._find(holder) if holder is not None else None
        for each, deeper in reversed(way):
            depth += deeper
            depths[each] = depth
            if depth > DEEPEST:
                raise Unsound("Types are nested too deeply.")

    def _find(self, wanted: Id) -> tuple[int, int] | None:
        """The struct of the update that has an id."""
        starts, _ = self._held.get(wanted[0], ([], []))
        index = bisect_right(starts, wanted[1]) - 1
        return (wanted[0], index) if index >= 0 else None
