"""What was changed in a text, as programs of the compatible API expect it."""

import msgspec


def patch(before: str, after: str) -> str:
    """What makes the one text of the other, in the compressed form of diff-match-patch: one change, without context.

    Places and lengths are in units of UTF-16, as JavaScript counts.
    """
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    removed, added = before[start : len(before) - end], after[start : len(after) - end]
    changes = [[kind, text] for kind, text in ((-1, removed), (1, added)) if text]
    if not changes:
        return "[]"
    place = _units(before[:start])
    return msgspec.json.encode([[changes, place, place, _units(removed), _units(added)]]).decode()


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    least, most = 0, min(len(one), len(other))
    while least < most:
        middle = (least + most + 1) // 2
        if one[least:middle] == other[least:middle]:
            least = middle
        else:
            most = middle - 1
    return least


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
