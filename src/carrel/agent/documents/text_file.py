"""Text files. The document has `\\n` between lines and no byte order mark; the file keeps whatever it has."""

from carrel.agent.documents.files import decode
from carrel.agent.documents.notebook import lines
from carrel.agent.documents.texts import hunks

_MARK = "\ufeff"


class TextFile:
    """A text file as it was read; raises `Unsupported`."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._text = decode(data)
        self.value = lines(self._text.removeprefix(_MARK))

    def render(self, value: str) -> bytes:
        """The bytes of the file with the text `value`."""
        if value == self.value:
            return self.data
        mark = _MARK if self._text.startswith(_MARK) else ""
        return (mark + self._with_line_ends(value)).encode()

    def _with_line_ends(self, value: str) -> str:
        """Lines that were there keep their ends, new ones get the end of the first line."""
        raw = self._text.removeprefix(_MARK)
        if "\r" not in raw:
            return value
        usual = "\r\n" if raw.split("\n")[0].endswith("\r") else "\n" if "\n" in raw else "\r"
        pieces: list[str] = []
        place = _Places(raw)
        for start, end, text in hunks(self.value, value):
            pieces += (place.upto(start), text.replace("\n", usual))
            place.upto(end)
        result = "".join((*pieces, place.upto(len(self.value))))
        is_right = lines(result) == value  # a lone "\r" and a new "\n" may have come together
        return result if is_right else value.replace("\n", usual)


class _Places:
    """Walks a text with its own line ends in steps that count each end as one character."""

    def __init__(self, raw: str) -> None:
        self._raw = raw
        self._at = 0
        self._counted = 0

    def upto(self, place: int) -> str:
        """What lies between the last place and this one."""
        begin = self._at
        while self._counted < place:
            found = self._raw.find("\r", self._at, self._at + place - self._counted)
            step = (found if found >= 0 else self._at + place - self._counted) - self._at
            self._at += step
            self._counted += step
            if found >= 0:
                self._at += 2 if self._raw.startswith("\r\n", found) else 1
                self._counted += 1
        return self._raw[begin : self._at]
