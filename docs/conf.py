"""How Sphinx builds the documentation; the reference pages are made from the code first."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

from reference.pages import write

from carrel import __version__

project = "Carrel"
release = __version__
extensions = ["myst_parser"]
myst_heading_anchors = 3
html_theme = "alabaster"
html_theme_options = {"description": "Live compute for web sites", "page_width": "1100px", "fixed_sidebar": True}
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
exclude_patterns = ["_build"]
nitpicky = True


def setup(app: Any) -> None:
    app.connect("builder-inited", lambda _: write())
