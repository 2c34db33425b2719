"""Run all benchmarks and print their tables: `python -m bench [--short] [name …]`."""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from support.hubs import ServedHub, served_hub

from bench import (
    copies,
    documents,
    execution,
    explorer,
    kernels,
    memory,
    notebooks,
    pages,
    project_list,
    queries,
    startup,
    throughput,
    uploads,
)
from bench.measure import Row, print_table

Works = dict[str, Callable[[ServedHub, Path, bool], list[Row]]]
WORKS: Works = {
    "copies": lambda hub, place, short: copies.run(hub, place / "scratch", short=short),
    "execution": lambda hub, _, short: execution.run(hub, short=short),
    "throughput": lambda hub, _, short: throughput.run(hub, short=short),
    "queries": lambda hub, place, short: queries.run(hub, place, short=short),
    "memory": lambda hub, _, short: memory.run(hub, short=short),
    "uploads": lambda hub, place, short: uploads.run(hub, place / "scratch", short=short),
    "explorer": lambda hub, _, short: explorer.run(hub, short=short),
    "startup": lambda _, place, short: startup.run(place, short=short),
    "documents": lambda _hub, _place, short: documents.run(short=short),
    "kernels": lambda hub, _, short: kernels.run(hub, short=short),
    "notebooks": lambda hub, _, short: notebooks.run(hub, short=short),
    "projects": lambda hub, _, short: project_list.run(hub, short=short),
    "pages": lambda _, place, short: pages.run(place, short=short),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="few rounds: shows that the benchmarks work")
    parser.add_argument("names", nargs="*", metavar="name", help=f"which: {', '.join(WORKS)} (default: all)")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(WORKS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    place = Path(tempfile.mkdtemp(prefix="crl-bench-", dir="/tmp"))
    place.chmod(0o711)
    (place / "scratch").mkdir()
    try:
        with served_hub(place / "data", CARREL_RUNNER_IMPORTS="null") as hub:
            for name in arguments.names or WORKS:
                started = time.monotonic()
                rows = WORKS[name](hub, place, arguments.short)
                took = time.monotonic() - started
                print(f"{name}: medians; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {took:.0f} s\n")
                print_table(rows)
                print(flush=True)
    finally:
        shutil.rmtree(place, ignore_errors=True)


main()
