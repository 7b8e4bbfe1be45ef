"""The hub beside Playwright, Selenium and @playwright/mcp: the same steps on the same pages."""

import asyncio
import statistics
import time
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from typing import Final

import orjson
from tests.bench.bare_extension import BARE_KINDS, with_bare_extension
from tests.bench.contestants import (
    Contestant,
    OverRest,
    Step,
    tool_call,
    with_mcp,
    with_playwright,
    with_selenium,
)
from tests.bench.figures import Line
from tests.bench.lines.browser import Timer, in_a_task, launch
from tests.bench.lines.pages import served
from tests.bench.peers import Ws
from tests.bench.servers import Server, every_core, hub

__all__ = ["measure"]

TEN: Final = "0123456789"
TASK, REST, MCP, UNSETTLED = "ours, in a task", "ours, by REST", "mcp", "mcp, settle 0"
PLAYWRIGHT, SELENIUM, FLOOR = "playwright", "selenium", "floor"
TO_PLAYWRIGHT, TO_MCP = "ours / playwright", "mcp / ours"
COLUMNS: Final = (
    TASK, REST, PLAYWRIGHT, SELENIUM, MCP, UNSETTLED, FLOOR, TO_PLAYWRIGHT, TO_MCP,
)  # fmt: skip
FRAME_MS: Final = 1_000 / 60
FRAMES: Final = {"click": 2, "type 10 characters": 1}
"""Pictures of the page that a step has to wait for, whoever takes it."""
SIZED: Final = ("/form", "/order", "/orders", "/shop", "/article", "/rows500", "/rows5000")
CHARS_PER_TOKEN: Final = 4


def _lines(pages: str) -> dict[str, tuple[str, Step, int]]:
    """Name of the line: page, step, and how often."""
    return {
        "click": ("/form", Step("click", "#send"), 40),
        "type 10 characters": ("/form", Step("type", "#name", TEN), 30),
        "evaluate": ("/form", Step("evaluate", "1+1"), 60),
        "snapshot, form": ("/form", Step("snapshot"), 40),
        "snapshot, 500": ("/rows500", Step("snapshot"), 20),
        "snapshot, 5 000": ("/rows5000", Step("snapshot"), 7),
        "goto": ("/form", Step("goto", f"{pages}/form"), 30),
        "screenshot": ("/form", Step("screenshot"), 30),
    }


def _form(pages: str) -> list[Step]:
    """Twenty steps, as a person would fill in a form."""
    texts = {"first": "Ada", "last": "Byron", "mail": "a@b.example", "street": "High St 1"}
    texts |= {"town": "London", "phone": "0123456789"}
    return [
        Step("goto", f"{pages}/order"),
        *(Step("fill", f"#{name}", text) for name, text in texts.items()),
        Step("click", "#next"),
        Step("choose", "#choice", "Large"),
        Step("choose", "#colour", "Blue"),
        *(Step("click", f"#{name}") for name in ("gift", "news", "post", "pickup")),
        *(Step("click", "#add") for _ in range(2)),
        Step("snapshot"),
        Step("click", "#buy"),
        Step("evaluate", "document.querySelector('#answer').textContent"),
        Step("snapshot"),
    ]


async def measure(*, runs: int, scale: float) -> list[Line]:
    """Every contestant does every line, in turns."""
    async with AsyncExitStack() as stack:
        stack.enter_context(every_core())
        pages = stack.enter_context(served())
        server = await stack.enter_async_context(hub(core=None))
        instance = await launch(await server.http())
        others: dict[str, Contestant] = {
            REST: OverRest(server, instance),
            PLAYWRIGHT: await stack.enter_async_context(with_playwright()),
            SELENIUM: await stack.enter_async_context(with_selenium()),
            MCP: await stack.enter_async_context(with_mcp()),
            UNSETTLED: await stack.enter_async_context(with_mcp("--timeout-settle", "0")),
            FLOOR: await stack.enter_async_context(with_bare_extension()),
        }
        times = Line("compare", "headless Chromium, 1280x720, ms, medians", columns=list(COLUMNS))
        await _single(times, server, instance, others, pages, runs=runs, scale=scale)
        await _whole(times, server, instance, others, pages, runs=runs)
        return [times, await _sizes(others, pages)]


async def _single(
    line: Line, server: Server, instance: str, others: Mapping[str, Contestant], pages: str,
    *, runs: int, scale: float,
) -> None:  # fmt: skip
    taken: dict[str, list[float]] = {}
    # Browsers are busy with themselves for a while after their start, and code that is new is slow.
    await _warm_up(server, instance, others, pages)
    for run in range(runs):
        for name, (path, step, often) in _lines(pages).items():
            count = max(2, int(often * scale))
            tool, args = tool_call(step)
            url = f"{pages}{path}"
            ours = await in_a_task(
                server, instance, url=url, tool=tool, args=args, count=max(count, 5)
            )
            taken.setdefault(f"{name} | {TASK}", []).append(statistics.median(ours))
            for column, contestant in others.items():
                if column == FLOOR and step.kind not in BARE_KINDS:
                    continue
                # Half a second of waiting, or seconds of work, need no great number to be seen.
                slow = column == MCP or (column == SELENIUM and "5 000" in name)
                if slow and run > 0:
                    continue
                times = await _times(contestant, url, step, *((1, 1) if slow else (count, 2)))
                taken.setdefault(f"{name} | {column}", []).append(statistics.median(times))
    for name, frames in FRAMES.items():
        taken[f"{name} | {FLOOR}"] = [frames * FRAME_MS]
    _add(line, taken)
    line.notes.append("Ours in a task: from one answer to the next, at a reader.")
    line.notes.append("mcp: @playwright/mcp over stdio, with its defaults and with its wait off.")
    line.notes.append("Selenium has no snapshot: the raw accessibility tree stands for one.")
    line.notes.append(
        "Floor: two frames for a click and one for typing; else the bare command of the debugger "
        "through an extension that does nothing else."
    )
    line.notes.append("Ratios: each within a run, then their median; of mcp the faster one.")


async def _warm_up(
    server: Server, instance: str, others: Mapping[str, Contestant], pages: str
) -> None:
    """Each line, a few times, by everybody but those whose waits are long."""
    for path, step, _ in _lines(pages).values():
        tool, args = tool_call(step)
        await in_a_task(server, instance, url=f"{pages}{path}", tool=tool, args=args, count=5)
        for column, contestant in others.items():
            if column != MCP and (column != FLOOR or step.kind in BARE_KINDS):
                await _times(contestant, f"{pages}{path}", step, 5, 0)


def _add(line: Line, taken: Mapping[str, list[float]]) -> None:
    """The times, and beside them how they stand to each other in the same run."""
    for name, values in taken.items():
        line.add(name, values, "ms")
    for row in dict.fromkeys(name.split(" | ")[0] for name in taken):
        ours, theirs, mcp, unsettled = (
            taken[f"{row} | {column}"] for column in (TASK, PLAYWRIGHT, MCP, UNSETTLED)
        )
        line.add(f"{row} | {TO_PLAYWRIGHT}", _ratios(ours, theirs), "x")
        best = [min(statistics.median(mcp), time_ms) for time_ms in unsettled]
        line.add(f"{row} | {TO_MCP}", _ratios(best, ours), "x")


def _ratios(these: Iterable[float], those: Iterable[float]) -> list[float]:
    return [one / other for one, other in zip(these, those, strict=True)]


async def _times(
    contestant: Contestant, url: str, step: Step, count: int, warm: int
) -> list[float]:
    await contestant.do(Step("goto", url))
    times: list[float] = []
    for _ in range(count + warm):
        began = time.perf_counter()
        await contestant.do(step)
        times.append((time.perf_counter() - began) * 1_000)
    return times[warm:]


async def _whole(
    line: Line, server: Server, instance: str, others: Mapping[str, Contestant], pages: str,
    *, runs: int,
) -> None:  # fmt: skip
    steps = _form(pages)
    taken: dict[str, list[float]] = {}
    # The first time warms up.
    for run in range(runs + 1):
        began = time.perf_counter()
        await _task(server, instance, steps)
        taken.setdefault(TASK, []).append((time.perf_counter() - began) * 1_000)
        for column, contestant in others.items():
            if column == FLOOR or (column == MCP and run > 1):
                continue
            began = time.perf_counter()
            for step in steps:
                await contestant.do(step)
            taken.setdefault(column, []).append((time.perf_counter() - began) * 1_000)
    row = f"form of {len(steps)} steps"
    _add(line, {f"{row} | {column}": values[1:] for column, values in taken.items()})


async def _task(server: Server, instance: str, steps: list[Step]) -> None:
    """All of it as one task, from its submission to its end."""
    timer = Timer()
    reader = await Ws.connect(server.client_url, timer.message)
    calls = [tool_call(step) for step in steps]
    draft = {
        "type": "task_submit",
        "task_name": "bench",
        "task_intention": "measure",
        "instanceId": instance,
        "commands": [{"tool_name": t, "args": a, "intention": "measure"} for t, a in calls],
    }
    reader.send(orjson.dumps(draft))
    async with asyncio.timeout(60):
        status = await timer.ended
    reader.close()
    if status != "completed":
        raise RuntimeError(f"the form: the task {status}")


async def _sizes(others: Mapping[str, Contestant], pages: str) -> Line:
    """What a model has to read, in characters."""
    line = Line("snapshots", "characters", columns=["ours", MCP, "ours / mcp", "ours, tokens"])
    tokens: list[float] = []
    shares: list[float] = []
    for path in SIZED:
        size: dict[str, int] = {}
        for column in (REST, UNSETTLED):
            await others[column].do(Step("goto", f"{pages}{path}"))
            size[column] = len(await others[column].do(Step("snapshot")))
        tokens.append(size[REST] / CHARS_PER_TOKEN)
        shares.append(size[REST] / size[UNSETTLED])
        line.add(f"{path} | ours", [size[REST]], "characters")
        line.add(f"{path} | {MCP}", [size[UNSETTLED]], "characters")
        line.add(f"{path} | ours / mcp", [shares[-1]], "x")
        line.add(f"{path} | ours, tokens", [tokens[-1]], "tokens")
    line.add("median | ours / mcp", [statistics.median(shares)], "x")
    line.add("median | ours, tokens", [statistics.median(tokens)], "tokens")
    line.notes.append(f"A token is taken for {CHARS_PER_TOKEN} characters.")
    return line
