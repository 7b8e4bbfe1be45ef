"""`make chaos`: kill, cut and stop for a while, then check every promise against what was seen.

Usage: python -m tests.chaos [--seconds N] [--kills N] [--seed S] [--no-epoch-check]
Ends with 1 when a promise was broken, and so says that it can tell.
"""

import argparse
import asyncio
import random
import sys
from pathlib import Path

from tests.chaos.run import Wishes, run_chaos

SHOWN = 30


def main() -> int:
    """Read the arguments, run, print."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="at least so long")
    parser.add_argument("--kills", type=int, default=40, help="at least so many")
    parser.add_argument("--seed", type=int, default=None, help="the same seed, the same dice")
    parser.add_argument("--no-epoch-check", action="store_true", help="fences down: must fail")
    parser.add_argument("--keep", type=Path, default=None, help="leave database and log there")
    options = parser.parse_args()
    seed = random.randrange(2**31) if options.seed is None else options.seed
    print(f"seed {seed}", flush=True)  # noqa: T201 -- this is a program
    wishes = Wishes(
        seconds=options.seconds,
        kills=options.kills,
        seed=seed,
        epoch_check=not options.no_epoch_check,
        # Only a hub that outlives its lock has a fence to break.
        zombie_share=0.8 if options.no_epoch_check else 0.1,
    )
    if options.keep is not None:
        options.keep.mkdir(parents=True, exist_ok=True)
    report = asyncio.run(run_chaos(wishes, keep=options.keep))
    for violation in report.violations[:SHOWN]:
        print(violation)  # noqa: T201
    print(report)  # noqa: T201
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main())
