"""The notebook that the demo's template project contains (nbformat 4.5)."""

import json

_CELLS = (
    ("markdown", "# A first notebook\n\nThis file was put here when the demo started. Copy it to the other project."),
    ("code", "sum(range(100))"),
    ("code", "for planet in ('Mercury', 'Venus', 'Earth'):\n    print(planet)"),
)


def _cell(number: int, kind: str, source: str) -> dict[str, object]:
    cell: dict[str, object] = {"id": f"demo-{number}", "cell_type": kind, "metadata": {}, "source": source}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


NOTEBOOK = json.dumps(
    {
        "cells": [_cell(number, kind, source) for number, (kind, source) in enumerate(_CELLS)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    },
    indent=1,
)
