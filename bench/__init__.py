"""Benchmarks: ours against a baseline, interleaved in one run, as medians and ratios. Run them with `make bench`."""
