"""Notebook files for tests (nbformat 4.5)."""

import json


def code(source: str, cell_id: str = "") -> dict[str, object]:
    return {
        "cell_type": "code",
        "id": cell_id,
        "metadata": {},
        "source": source,
        "execution_count": None,
        "outputs": [],
    }


def markdown(source: str, cell_id: str = "") -> dict[str, object]:
    return {"cell_type": "markdown", "id": cell_id, "metadata": {}, "source": source}


def notebook(*cells: dict[str, object]) -> str:
    """The text of a notebook; cells without an id get `cell-<number>`, counted from 0."""
    numbered = [cell | {"id": cell["id"] or f"cell-{number}"} for number, cell in enumerate(cells)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    content = {"cells": numbered, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, indent=1)


def showing(data: dict[str, object]) -> dict[str, object]:
    """A code cell that has been run and shows this MIME bundle."""
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    return code("show()") | {"execution_count": 1, "outputs": [output]}
