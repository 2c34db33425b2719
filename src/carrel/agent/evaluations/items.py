"""The output of an evaluation: what a kernel publishes, without what notebooks keep besides, and not too much of it."""

from typing import Any

from carrel.agent.documents.notebook import output_of
from carrel.agent.kernels.values import Message
from carrel.protocol.evaluations import MAX_ITEMS, OutputItem

_KINDS = ("stream", "display_data", "execute_result", "update_display_data", "error")
_NUMBER_CHARACTERS = 8


class OutputLimit(Exception):
    """There is more output than there may be; the message says than what."""


class Items:
    """The items so far. `most` characters may be published in all, `most_of_code` of them by the code."""

    def __init__(self, most: int, most_of_code: int) -> None:
        self.items: list[OutputItem] = []
        self._most = most
        self._most_of_code = most_of_code
        self._published = 0
        self._shown = 0
        self._displays: dict[str, list[OutputItem]] = {}
        self._clears_at_next = False

    async def discard(self, message: Message) -> None:
        """A sink for the history: what it publishes is only counted. Raises `OutputLimit`."""
        item = _item_of(message)
        if item is not None:
            self._count(_size_of(item))

    async def keep(self, message: Message) -> None:
        """A sink for the code. Raises `OutputLimit` when there is too much; what there is room for is kept."""
        if message.msg_type == "clear_output":
            self._clears_at_next = True
            if message.content.get("wait") is not True:
                self._clear_if_due()
        elif (item := _item_of(message)) is not None:
            self._clear_if_due()
            self._show(item, message)

    def print(self, name: str, text: str) -> None:
        """Add printed text of our own."""
        self.items.append(OutputItem(name=name, text=text))

    def fail(self, ename: str, evalue: str) -> None:
        """Add an error that no kernel tells of."""
        self.items.append(OutputItem(ename=ename, evalue=evalue, traceback=[f"{ename}: {evalue}"]))

    def truncate(self, limit: OutputLimit) -> None:
        """Add the item that tells of output that is missing."""
        text = f"Output truncated since it exceeded the {limit}"
        self.items.append(OutputItem(name="stdout", output_type="stream", text=[text]))

    def _show(self, item: OutputItem, message: Message) -> None:
        room = min(self._most_of_code - self._shown, self._most - self._published)
        size = _size_of(item)
        if size > room and isinstance(item.text, str):
            item.text = item.text[: max(0, room)]
        if (size <= room or item.text) and len(self.items) < MAX_ITEMS:
            self._add(item, message)
        self._count(size)
        self._shown += size
        if self._shown > self._most_of_code or len(self.items) >= MAX_ITEMS:
            raise OutputLimit(f"cell output limit of {self._most_of_code} characters")

    def _add(self, item: OutputItem, message: Message) -> None:
        display = _display_id(message)
        if message.msg_type == "update_display_data":
            for shown in self._displays.get(display, ()):
                shown.data, shown.metadata = item.data, item.metadata
            return
        last = self.items[-1] if self.items else None
        if last is not None and item.name and item.name == last.name and isinstance(last.text, str):
            last.text += str(item.text)
            return
        self.items.append(item)
        if display:
            self._displays.setdefault(display, []).append(item)

    def _count(self, size: int) -> None:
        self._published += size
        if self._published > self._most:
            raise OutputLimit(f"global output limit of {self._most} characters")

    def _clear_if_due(self) -> None:
        if self._clears_at_next:
            self._clears_at_next = False
            self.items.clear()
            self._displays.clear()
            self._shown = 0


def _item_of(message: Message) -> OutputItem | None:
    """The item that a message makes; None for what shows nothing."""
    kind = message.msg_type
    if kind not in _KINDS:
        return None
    output = output_of({**message.content, "output_type": kind.removeprefix("update_")}) or {}
    if kind == "stream":
        return OutputItem(name=output["name"], text=output["text"]) if output["text"] else None
    if kind == "error":
        return OutputItem(ename=output["ename"], evalue=output["evalue"], traceback=output["traceback"])
    item = OutputItem()
    for field in ("data", "metadata"):
        if output[field]:
            setattr(item, field, output[field])
    return item if item.data or item.metadata else None


def _display_id(message: Message) -> str:
    transient = message.content.get("transient")
    found = transient.get("display_id") if isinstance(transient, dict) else None
    return found if isinstance(found, str) else ""


def _size_of(item: OutputItem) -> int:
    """The characters of an item's texts."""
    return _characters([item.text, item.data, item.metadata, item.ename, item.evalue, item.traceback])


def _characters(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(name) + _characters(part) for name, part in value.items())
    if isinstance(value, list):
        return sum(map(_characters, value))
    return _NUMBER_CHARACTERS if isinstance(value, int | float) else 0
