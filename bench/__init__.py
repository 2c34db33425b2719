"""Benchmarks: ours against a baseline, interleaved in one run, as medians and ratios. Run them with `make bench`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # the hub under measurement is started as in the tests
