"""Run all benchmarks and print the table: `python -m bench [--short] [name …]`."""

import argparse
import os
import shutil
import tempfile
from pathlib import Path

from support.hubs import served_hub

from bench import copies, execution, memory, startup, throughput
from bench.measure import Row, print_table

NAMES = ("copies", "execution", "throughput", "memory", "startup")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="few rounds: shows that the benchmarks work")
    parser.add_argument("names", nargs="*", metavar="name", help=f"which: {', '.join(NAMES)} (default: all)")
    arguments = parser.parse_args()
    wanted, short = arguments.names or NAMES, arguments.short
    place = Path(tempfile.mkdtemp(prefix="crl-bench-", dir="/tmp"))
    place.chmod(0o711)
    rows: list[Row] = []
    try:
        scratch = place / "scratch"
        scratch.mkdir()
        with served_hub(place / "data") as hub:
            if "copies" in wanted:
                rows += copies.run(hub, scratch, short=short)
            if "execution" in wanted:
                rows += execution.run(hub, short=short)
            if "throughput" in wanted:
                rows += throughput.run(hub, short=short)
            if "memory" in wanted:
                rows += memory.run(hub, short=short)
        if "startup" in wanted:
            rows += startup.run(place, short=short)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    print(f"medians; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print_table(rows)


main()
