"""A plain script that speaks only the compatible part is a browser like any other."""

import asyncio
from typing import Any

from tests.yard import ACT, READ, open_yard

from tabyard.core.json_text import dumps
from tabyard.testing import Behaviour


async def test_a_bare_result_is_wrapped_and_unknown_frames_are_spared() -> None:
    async with asyncio.timeout(5), open_yard() as yard:

        async def answer(_call: object) -> object:
            return "done"

        script = await yard.browser(behaviour=Behaviour.COMPATIBLE, handler=answer)
        events = yard.listen()
        task = await yard.submit(ACT, READ)

        ended = await events.complete(task)

        results: list[Any] = [one["result"] for one in ended["results"]]
        assert results[0] == {
            "content": [{"type": "text", "text": '"done"'}],
            "structuredContent": {"value": "done"},
        }
        assert {frame["type"] for frame in script.frames} == {"tool_call"}


async def test_a_result_that_nobody_could_write_down_fails_its_command() -> None:
    deep: Any = 1
    for _ in range(300):
        deep = [deep]
    results: list[Any] = [deep, {"content": [], "structuredContent": {"deep": deep}}]
    async with asyncio.timeout(5), open_yard() as yard:
        script = await yard.browser(behaviour=Behaviour.COMPATIBLE)
        events = yard.listen()
        for count, result in enumerate(results, 1):
            task = await yard.submit(ACT)
            await script.answer(await script.next_call(count), result)

            error: Any = (await events.complete(task))["error"]

            assert error["code"] == "NOT_SERIALIZABLE"
            assert "nested deeper than 200 levels" in error["message"]
        # What an error says besides is left out, and the lane is as it was.
        task = await yard.submit(ACT)
        call = await script.next_call(3)
        error = {"code": "X", "message": "x", "details": {"deep": deep}}
        await script.send_raw(dumps({"type": "tool_error", "id": call.id, "error": error}))
        assert (await events.complete(task))["results"][0]["error"] == {"code": "X", "message": "x"}
        task = await yard.submit(ACT)
        await script.answer(await script.next_call(4), "fine")
        assert (await events.complete(task))["status"] == "completed"


async def test_an_error_of_its_own_making_is_passed_on() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        script = await yard.browser(behaviour=Behaviour.COMPATIBLE)
        events = yard.listen()
        task = await yard.submit(ACT)
        await script.fail(await script.next_call(), "PRINTER_ON_FIRE", "lp0")
        assert (await events.complete(task))["error"] == {
            "code": "PRINTER_ON_FIRE",
            "message": "lp0",
            "commandId": f"{task}_cmd_0",
        }
