"""Places in a text: pages count UTF-16 code units, kernels characters."""

_FIRST_PAIR = "\uffff"


def from_utf16(text: str, units: int) -> int:
    """How many characters the first `units` code units are; half of a pair counts as all of it."""
    if text.isascii():
        return min(max(units, 0), len(text))
    at = 0
    for place, character in enumerate(text):
        if at >= units:
            return place
        at += 2 if character > _FIRST_PAIR else 1
    return len(text)


def to_utf16(text: str, characters: int) -> int:
    """How many code units the first `characters` characters are."""
    head = text[: max(characters, 0)]
    return len(head) + sum(character > _FIRST_PAIR for character in head)
