"""What the demo's projects contain: a first notebook to copy, a lesson to embed (nbformat 4.5), and notes beside it."""

import json

_FIRST = (
    ("markdown", "# A first notebook\n\nThis file was put here when the demo started. Copy it to the other project."),
    ("code", "sum(range(100))"),
    ("code", "for planet in ('Mercury', 'Venus', 'Earth'):\n    print(planet)"),
)

_PLOT = """\
import matplotlib.pyplot as plt
import numpy as np


def beat(f1, f2, seconds=1.0):
    \"\"\"Two tones, and below them what the ear gets.\"\"\"
    t = np.linspace(0, seconds, 3000)
    figure, (apart, together) = plt.subplots(2, 1, figsize=(8, 4), sharex=True, layout="constrained")
    for f, colour in ((f1, "tab:blue"), (f2, "tab:orange")):
        apart.plot(t, np.sin(2 * np.pi * f * t), color=colour, alpha=0.7, label=f"{f:g} Hz")
    apart.legend(loc="upper right")
    together.plot(t, np.sin(2 * np.pi * f1 * t) + np.sin(2 * np.pi * f2 * t), color="tab:green")
    together.plot(t, 2 * np.cos(np.pi * (f1 - f2) * t), "k--", label=f"{abs(f1 - f2):g} beats a second")
    together.set_xlabel("time in seconds")
    together.legend(loc="upper right")
    plt.show()


beat(40, 44)"""

_TABLE = """\
import pandas as pd

tones = pd.DataFrame({"lower": [220.0, 261.6, 440.0, 440.0], "upper": [222.0, 277.2, 441.0, 466.2]})
tones["beats per second"] = (tones.upper - tones.lower).round(1)
tones["heard as"] = np.where(tones["beats per second"] < 10, "one tone that swells", "two tones")
tones"""

_SLIDER = """\
from ipywidgets import interact

interact(lambda lower, gap: beat(lower, lower + gap), lower=(20, 60, 2), gap=(0, 12, 1));"""

_LESSON = (
    (
        "markdown",
        "# Waves that meet\n\n"
        "Two tones of nearly the same pitch *beat*: their sum swells and fades.\n\n"
        "$$\\sin(2\\pi f_1 t) + \\sin(2\\pi f_2 t) = "
        "2\\,\\cos\\bigl(\\pi (f_1 - f_2)\\, t\\bigr)\\,\\sin\\bigl(\\pi (f_1 + f_2)\\, t\\bigr)$$\n\n"
        "The first factor is slow: it is the beat. Run the cells with **Shift-Enter**.",
    ),
    ("code", _PLOT),
    (
        "markdown",
        "## Which tones does the ear tell apart?\n\nMore than about ten beats a second are heard as two tones.",
    ),
    ("code", _TABLE),
    ("markdown", "## Choose the tones yourself\n\nHow small must $|f_1 - f_2|$ be for a single beat in the picture?"),
    ("code", _SLIDER),
)

NOTES = """\
# Notes

- The sum of two sines is a product: a fast tone in a slow envelope.
- Piano tuners listen for beats, and turn the pin until they are gone.
"""


def _cell(number: int, kind: str, source: str) -> dict[str, object]:
    cell: dict[str, object] = {"id": f"demo-{number}", "cell_type": kind, "metadata": {}, "source": source}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def _notebook(cells: tuple[tuple[str, str], ...]) -> str:
    content = {
        "cells": [_cell(number, kind, source) for number, (kind, source) in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, indent=1)


NOTEBOOK = _notebook(_FIRST)
LESSON = _notebook(_LESSON)
