"""Printed text as a terminal would show it, told as changes to the end of what is there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.agent.notebooks.terminal import Terminal


def shown(*pieces: str) -> str:
    """What a reader has who applies the change after each piece."""
    terminal, text = Terminal(), ""
    for piece in pieces:
        terminal.write(piece)
        gone, new = terminal.change()
        assert text.endswith(gone)
        text = text[: len(text) - len(gone)] + new
    return text


@pytest.mark.parametrize(
    ("pieces", "result"),
    [
        (["a\n", "b"], "a\nb"),
        (["10%\r20%\r", "100%\n"], "100%\n"),
        (["long\rab"], "abng"),
        (["abc\b\bX"], "aXc"),
        (["done\r\nnext\r\n"], "done\nnext\n"),
        (["working\r"], "working"),
        (["working\r\x1b[Kok"], "ok"),
        (["working\x1b[2K\rok"], "ok"),
        (["working\r\x1b[", "Kok"], "ok"),
        (["one\ntwo\x1b[A\rONE\n", "TWO\n"], "ONE\nTWO\n"),
        (["\x1b[31mred\x1b[0m\r", "\x1b[32mRED\x1b[0m"], "\x1b[32mRED\x1b[0m"),
        (["ab\x1b[3Cc"], "ab   c"),
        (["€\r", "ä"], "ä"),
    ],
)
def test_moves_of_the_cursor_overwrite_what_is_there(pieces: list[str], result: str) -> None:
    assert shown(*pieces) == result


def test_a_bar_that_redraws_itself_stays_one_line() -> None:
    bars = [f"\r\x1b[32m{'#' * (step % 50):<50}\x1b[0m|" for step in range(1000)]
    assert len(shown(*bars)) < 100


@given(st.lists(st.text(alphabet="ab\n", max_size=30), max_size=20))
def test_text_without_moves_is_what_was_printed(pieces: list[str]) -> None:
    assert shown(*pieces) == "".join(pieces)


@given(st.text(alphabet="ab€\n\r\b\x1b[0123;AKCDG", max_size=80), st.integers(min_value=1, max_value=7))
def test_the_result_does_not_depend_on_the_pieces(text: str, size: int) -> None:
    assert shown(*(text[at : at + size] for at in range(0, len(text), size))) == shown(text)
