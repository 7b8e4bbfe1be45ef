"""One run: hubs are killed, browsers crash, wires break; then everything settles and is checked."""

import asyncio
import random
import signal
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import Final

import orjson
from tests.chaos.browsers import ACT, READ, ChaosBrowser, Doors
from tests.chaos.checker import check, read_books
from tests.chaos.history import History
from tests.chaos.hub_program import Order
from tests.chaos.hubs import Foundry, HubRefused, HubUnderTest, foundry
from tests.chaos.points import POINTS
from tests.chaos.proxy import Cut, FaultProxy
from tests.chaos.submitters import Submitter
from typing_extensions import override

__all__ = ["Report", "Wishes", "run_chaos"]

LINE: Final = 500
"""A defect has the whole of its stack in the log."""
SETTLE_S: Final = 40.0
UNFENCED_S: Final = 5.0
POINT_SHARE: Final = 0.4
"""So many of the hubs die at a named point instead of a random moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How long, how often, and with how many."""

    seconds: float
    kills: int
    seed: int
    epoch_check: bool = True
    browsers: int = 4
    submitters: int = 3
    zombie_share: float = 0.1
    drain_share: float = 0.15


@dataclass(slots=True)
class Report:
    """What happened, and what was wrong with it."""

    accepted: int = 0
    kills: int = 0
    at_points: int = 0
    drained: int = 0
    zombies: int = 0
    cancels: int = 0
    stops: int = 0
    cuts: int = 0
    crashes: int = 0
    verdicts: Counter[str] = field(default_factory=Counter[str])
    ended: Counter[str] = field(default_factory=Counter[str])
    violations: list[str] = field(default_factory=list[str])
    seconds: float = 0.0

    @override
    def __str__(self) -> str:
        kinds = Counter(line.split(":")[0] for line in self.violations)
        return (
            f"accepted {self.accepted} ({_counted(self.ended)}) in {self.seconds:.0f} s; "
            f"kills {self.kills} ({self.at_points} at named points, {self.drained} by SIGTERM), "
            f"zombies {self.zombies}, cancels {self.cancels}, "
            f"stops {self.stops}, cuts {self.cuts}, browser crashes {self.crashes}; "
            f"adopted {self.verdicts['adopt']}, resumed {self.verdicts['resume']}, "
            f"requeued {self.verdicts['requeue']}, failed {self.verdicts['fail']}, "
            f"went on {self.verdicts['continue']}; violations {len(self.violations)}"
            + (f" ({_counted(kinds)})" if kinds else "")
        )


def _counted(kinds: Counter[str]) -> str:
    return ", ".join(f"{kind} {times}" for kind, times in sorted(kinds.items()))


class Chaos:
    """The stage hands."""

    def __init__(self, wishes: Wishes, folder: Path, made: Foundry) -> None:
        self.wishes = wishes
        self.folder = folder
        self.made = made
        self.dice = random.Random(wishes.seed)
        self.history = History(retry_safe={READ: True, ACT: False})
        self.report = Report()
        self.hub: HubUnderTest | None = None
        self.zombie: HubUnderTest | None = None
        self.http = FaultProxy(lambda: None if self.hub is None else self.hub.http_port)
        self.link = FaultProxy(lambda: None if self.hub is None else self.hub.link_port)
        self.browsers: list[ChaosBrowser] = []
        self.submitters: list[Submitter] = []
        self._order = Order(
            folder=str(folder),
            log=str(folder / "hub.log"),
            epoch_check=wishes.epoch_check,
            priorities=True,
        )

    async def start_hub(self, *, calm: bool = False) -> None:
        """A new hub on the same database; what killed it before it was up is killed anew."""
        while True:
            order = self._order
            if not calm and self.dice.random() < POINT_SHARE:
                point = self.dice.choice(POINTS)
                order = replace(order, point=point, countdown=self.dice.randint(1, 12))
            try:
                self.hub = await self.made.start(order)
                self._at_point = bool(order.point)
            except HubRefused:
                await self.bury_zombie()
                calm = True
                continue
            return

    async def one_kill(self) -> None:
        """The hub ends, one way or another, and the next one starts."""
        hub = self.hub
        assert hub is not None
        with suppress(TimeoutError):  # perhaps it comes to its point by itself
            await hub.dead(self.dice.uniform(0.05, 0.9))
        if not hub.is_alive:
            self.report.at_points += self._at_point
        elif self.zombie is None and self.dice.random() < self.wishes.zombie_share:
            await self.leave_zombie(hub)
            return
        elif self.dice.random() < self.wishes.drain_share:
            await self.drain(hub)
        await hub.kill()
        self.hub = None
        self.report.kills += 1
        await self.start_hub()

    async def drain(self, hub: HubUnderTest) -> None:
        """The hub is asked to end, and perhaps has the time to."""
        hub.signal(signal.SIGCONT)
        hub.signal(signal.SIGTERM)
        with suppress(TimeoutError):
            await hub.dead(self.dice.choice((0.1, 1.0, 6.0)))
        self.report.drained += 1

    async def leave_zombie(self, hub: HubUnderTest) -> None:
        """The hub stands still, loses its lock, and wakes up when another one is at work."""
        hub.signal(signal.SIGSTOP)
        self.link.cut_some(Cut.HALF_OPEN, 0.5, self.dice)
        (self.folder / "tabyard.sqlite.lock").unlink(missing_ok=True)
        self.zombie, self.hub = hub, None
        self.report.zombies += 1
        self.report.kills += 1
        await self.start_hub(calm=True)
        await asyncio.sleep(self.dice.uniform(0.1, 1.5))
        hub.signal(signal.SIGCONT)
        # It may do as it likes until it finds out.
        await asyncio.sleep(self.dice.uniform(0.5, 4.0))
        await self.bury_zombie()

    async def bury_zombie(self) -> None:
        zombie, self.zombie = self.zombie, None
        if zombie is not None:
            await zombie.kill()

    async def disturb(self) -> None:
        """Wires break and browsers crash, for as long as the run takes."""
        acts: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (6, self.cut),
            (3, self.delay),
            (4, self.crash),
            (1, self.stop_for_a_while),
        ]
        while True:
            await asyncio.sleep(self.dice.uniform(0.05, 0.5))
            act = self.dice.choices([it for _, it in acts], [weight for weight, _ in acts])[0]
            await act()

    async def cut(self) -> None:
        where = self.dice.choice((self.http, self.link, self.link))
        where.cut_some(self.dice.choice(list(Cut)), self.dice.choice((0.3, 1.0)), self.dice)

    async def delay(self) -> None:
        self.link.delay_some(self.dice.choice((0.0, 0.5, 1.0)), 0.15, self.dice)

    async def crash(self) -> None:
        browser = self.dice.choice(self.browsers)
        await browser.crash(remembers=self.dice.random() < 0.5)
        self.report.crashes += 1

    async def stop_for_a_while(self) -> None:
        """Shorter or longer than silence, deadlines and grace."""
        hub = self.hub
        if hub is None:
            return
        hub.signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(self.dice.choice((0.2, 1.0, 2.0, 4.0)))
        finally:
            hub.signal(signal.SIGCONT)
        self.report.stops += 1

    async def rage(self) -> None:
        """Until there were enough kills and enough time has passed."""
        wishes, began = self.wishes, monotonic()
        async with asyncio.TaskGroup() as group:
            disturbing = group.create_task(self.disturb())
            while True:
                passed = monotonic() - began
                if self.report.kills >= wishes.kills and passed >= wishes.seconds:
                    break
                ahead = self.report.kills / max(1, wishes.kills) - passed / max(1, wishes.seconds)
                if ahead > 0.05 and wishes.kills:
                    await asyncio.sleep(0.2)
                elif wishes.kills:
                    await self.one_kill()
            disturbing.cancel()

    async def settle(self) -> None:
        """A last hub, whole wires, and time for everything to end."""
        await self.bury_zombie()
        if self.hub is not None:
            self.hub.signal(signal.SIGCONT)
            await self.hub.kill()
        await self.start_hub(calm=True)
        for proxy in (self.http, self.link):
            proxy.cut_some(Cut.RESET, 1.0, self.dice)
        for browser in self.browsers:
            browser.hurry()
        for submitter in self.submitters:
            submitter.stopping = True
        with suppress(TimeoutError):
            # Without its fences a hub loses tasks for good: there is nothing to wait for.
            async with asyncio.timeout(SETTLE_S if self.wishes.epoch_check else UNFENCED_S):
                while any(one.unfinished for one in self.submitters):
                    await asyncio.sleep(0.3)
                    for one in self.submitters:
                        await one.look_at_all()
                await asyncio.sleep(0.5)

    async def live(self) -> None:
        """Everybody on stage."""
        wishes = self.wishes
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.http.listening())
            await stack.enter_async_context(self.link.listening())
            await self.start_hub(calm=True)
            doors = Doors(self.http.port, self.link.port)
            for number in range(wishes.browsers):
                browser = ChaosBrowser(f"b{number}", doors, self.history, seed=wishes.seed + number)
                self.browsers.append(await stack.enter_async_context(browser.living()))
            names = [browser.instance for browser in self.browsers]
            self.submitters = [
                Submitter(
                    f"s{number}", doors, self.history, lambda: names, seed=wishes.seed + number
                )
                for number in range(wishes.submitters)
            ]
            async with asyncio.TaskGroup() as group:
                submitting = [group.create_task(it.submit_for_ever()) for it in self.submitters]
                reading = [group.create_task(it.read_for_ever()) for it in self.submitters]
                await self.rage()
                await self.settle()
                for work in (*reading, *submitting):
                    work.cancel()
            for submitter in self.submitters:
                await submitter.close()
            assert self.hub is not None
            await self.hub.kill()

    def judge(self) -> Report:
        """What is left, against what was seen."""
        report = self.report
        books = read_books(self.folder / "tabyard.sqlite")
        report.accepted = len({one.task for one in self.history.submissions})
        report.cancels = len(self.history.cancelled)
        report.ended = Counter(task.status for task in books.tasks)
        report.cuts = self.http.cuts + self.link.cuts
        report.violations = check(self.history, books)
        for line in (self.folder / "hub.log").read_bytes().splitlines():
            with suppress(orjson.JSONDecodeError):
                told = orjson.loads(line)
                if told.get("event") == "browser attached":
                    report.verdicts["adopt" if told["adopted"] else told["verdict"]] += 1
                elif told.get("event") in ("lane failed", "background work failed"):
                    report.violations.append(f"defect: {told}"[:LINE])
        return report


async def run_chaos(wishes: Wishes, *, keep: Path | None = None) -> Report:
    """Do all of it; `keep`: a folder for database and log that stays."""
    began = monotonic()
    with tempfile.TemporaryDirectory(prefix="tabyard-chaos-") as temporary:
        folder = keep or Path(temporary)
        async with foundry() as made:
            chaos = Chaos(wishes, folder, made)
            await chaos.live()
        report = await asyncio.to_thread(chaos.judge)
    report.seconds = monotonic() - began
    return report
