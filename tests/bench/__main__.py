"""`make bench`: measure the hub, every comparison within one run.

Usage: python -m tests.bench [LINE ...] [--runs N] [--scale F] [--json]
"""

import argparse
import importlib
import os
import platform
import sys

import orjson
import uvloop
from rich.console import Console
from tests.bench.figures import Line, show

LINES: tuple[str, ...] = (
    "roundtrip",
    "throughput",
    "fanout",
    "crowd",
    "payload",
    "growth",
    "browser",
    "compare",
    "reconnect",
)


WIDTH = 132
"""Of what is printed into a file."""


async def measure(names: list[str], *, runs: int, scale: float, console: Console) -> list[Line]:
    """Measure these lines, showing each as it is done."""
    lines: list[Line] = []
    for name in names:
        module = importlib.import_module(f"tests.bench.lines.{name}")
        for line in await module.measure(runs=runs, scale=scale):
            show(line, console)
            lines.append(line)
    return lines


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "lines", nargs="*", default=[], metavar="LINE", help=f"of {', '.join(LINES)}; default: all"
    )
    parser.add_argument("--runs", type=int, default=3, help="runs per figure; the median is shown")
    parser.add_argument("--scale", type=float, default=1.0, help="0.1 for a quick look")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args()
    unknown = set(options.lines) - set(LINES)
    if unknown:
        parser.error(f"unknown line {', '.join(sorted(unknown))}; there are {', '.join(LINES)}")
    console = Console(stderr=options.json)
    if not console.is_terminal:
        console = Console(stderr=options.json, width=WIDTH)
    cores = os.sched_getaffinity(0)
    if len(cores) > 1:
        os.sched_setaffinity(0, cores - {0})
    machine = f"{platform.machine()}, {len(cores)} cores, Python {platform.python_version()}"
    console.print(f"[dim]{machine}; server on core 0, load on the others[/]\n")
    names: list[str] = options.lines or list(LINES)
    lines = uvloop.run(measure(names, runs=options.runs, scale=options.scale, console=console))
    if options.json:
        sys.stdout.buffer.write(orjson.dumps(lines, option=orjson.OPT_INDENT_2))


if __name__ == "__main__":
    main()
