"""Texts and notebooks as values: differences, merges and files, for whatever content."""

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from jupyter_ydoc import YNotebook
from pycrdt import Doc

from carrel.agent.documents import notebook_merge
from carrel.agent.documents.history import superfluous
from carrel.agent.documents.log import SavedVersion
from carrel.agent.documents.notebook import Notebook, notebook_of
from carrel.agent.documents.notebook_doc import NotebookDoc
from carrel.agent.documents.notebook_file import NotebookFile
from carrel.agent.documents.text_file import TextFile
from carrel.agent.documents.texts import hunks, merge, unite

texts = st.lists(st.sampled_from(["a", "b\n", "cd ", "é😀", "\n", "x = 1\n"]), max_size=25).map("".join)
_outputs = st.sampled_from(
    [
        {"output_type": "stream", "name": "stdout", "text": "1\n2\n"},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["a", "b"]},
        {"output_type": "display_data", "data": {"text/plain": ["a\n", "b"], "application/json": [1]}, "metadata": {}},
    ]
)
_metadata = st.sampled_from([{}, {"a": 1}, {"a": {"b": [1.5, None, True]}, "c": "é"}])
_cells = st.fixed_dictionaries(
    {
        "id": st.sampled_from("abcdefgh"),
        "cell_type": st.sampled_from(["code", "markdown", "raw"]),
        "source": texts,
        "metadata": _metadata,
        "outputs": st.lists(_outputs, max_size=3),
        "execution_count": st.sampled_from([None, 3]),
    }
)


@st.composite
def notebooks(draw: st.DrawFn) -> Notebook:
    meta = {"metadata": draw(_metadata), "nbformat_minor": draw(st.sampled_from([4, 5]))}
    return notebook_of(meta, draw(st.lists(_cells, max_size=6)))


def apply(old: str, new: str) -> str:
    for start, end, text in reversed(hunks(old, new)):
        old = old[:start] + text + old[end:]
    return old


@given(texts, texts)
def test_differences_lead_from_one_text_to_the_other(old: str, new: str) -> None:
    assert apply(old, new) == new


@given(texts, texts, texts)
def test_a_merge_of_one_change_or_twice_the_same_is_that_change(base: str, ours: str, theirs: str) -> None:
    assert merge(base, ours, base) == merge(base, ours, ours) == ours
    assert merge(base, base, theirs) == theirs


def test_changes_of_both_sides_are_kept() -> None:
    assert merge("one\ntwo\n", "ONE\ntwo\n", "one\ntwo\nthree\n") == "ONE\ntwo\nthree\n"
    assert merge("x = 1\n", "x = 12\n", "y = 1\n") == "y = 12\n"


def test_what_both_sides_put_in_one_place_is_there_once() -> None:
    assert merge("a\n", "a\nX\nmine\n", "a\nX\ntheirs\n") == "a\nX\nmine\ntheirs\n"
    assert merge("a\n", "a\nX\nY\n", "a\nY\n") == "a\nX\nY\n"


def test_a_union_keeps_short_lines_whose_characters_are_in_long_ones() -> None:
    assert unite("a\n", "import pandas as pd\n") == "a\nimport pandas as pd\n"
    assert unite("print(x)\n", "print(x, y)\n") == "print(x, y)\n"


@example("a\n", "aa")
@given(texts, texts)
def test_a_union_has_the_lines_of_both(ours: str, theirs: str) -> None:
    united = unite(ours, theirs)
    assert unite(ours, ours) == ours
    for line in (*ours.split(), *theirs.split()):
        characters = iter(united)
        assert all(character in characters for character in line)


@given(notebooks(), notebooks())
def test_a_document_becomes_what_it_is_changed_to_and_jupyter_reads_the_same(old: Notebook, new: Notebook) -> None:
    document = NotebookDoc(Doc())
    for each in (old, new):
        document.change(each)
        assert document.read() == each
    theirs: dict[str, Any] = YNotebook(document.doc).get()
    assert notebook_of(theirs, theirs["cells"]).cells == new.cells or new.nbformat_minor == 4


@given(notebooks(), notebooks(), notebooks())
def test_a_merge_of_notebooks_loses_no_change(base: Notebook, ours: Notebook, theirs: Notebook) -> None:
    assert notebook_merge.merge(base, ours, base) == notebook_merge.merge(base, ours, ours) == ours
    assert notebook_merge.merge(base, base, theirs) == theirs
    merged = [cell["id"] for cell in notebook_merge.merge(base, ours, theirs).cells]
    added = {cell["id"] for side in (ours, theirs) for cell in side.cells} - {cell["id"] for cell in base.cells}
    assert len(merged) == len(set(merged))
    assert added <= set(merged)


@given(notebooks(), notebooks(), st.sampled_from([None, 1, "\t"]), st.booleans())
def test_a_file_means_what_was_written_and_untouched_cells_keep_their_bytes(
    old: Notebook, new: Notebook, indent: int | str | None, ascii: bool
) -> None:
    new.nbformat_minor = old.nbformat_minor
    cells = [{name: cell[name] for name in cell if name != "id" or old.nbformat_minor > 4} for cell in old.cells]
    content = {"cells": cells, "metadata": old.metadata, "nbformat": 4, "nbformat_minor": old.nbformat_minor}
    file = NotebookFile(json.dumps(content, indent=indent, ensure_ascii=ascii).encode(), old)
    assert file.render(file.value) == file.data
    written = file.render(new)
    assert NotebookFile(written, new).value == new
    back = NotebookFile(written, new).render(file.value)
    assert NotebookFile(back, file.value).value == file.value


@given(st.text(st.sampled_from("ab\r\n\ufeffé"), max_size=20), texts)
def test_a_text_file_keeps_its_line_ends(raw: str, new: str) -> None:
    file = TextFile(raw.encode())
    assert file.render(file.value) == file.data
    assert TextFile(file.render(new)).value == new


def test_old_versions_are_thinned_and_the_newest_stays() -> None:
    minute = 60_000
    versions = [SavedVersion(n, n * minute, (), 1000, 4000) for n in range(3000)]
    dropped = set(superfluous(versions, 3000 * minute, 1000))
    kept = [version.version for version in versions if version.version not in dropped]
    assert kept[-60:] == list(range(2940, 3000))
    assert len(kept) < 300
    assert sum(version.blob_bytes for version in versions if version.version in kept) <= 1 << 20
