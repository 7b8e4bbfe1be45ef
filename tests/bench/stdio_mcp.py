"""An MCP server as a child process, spoken to over its standard input and output."""

import asyncio
import itertools
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from subprocess import DEVNULL, PIPE
from typing import Any, cast

import orjson

__all__ = ["McpServer", "mcp_server"]

ANSWER_S = 60
LINE_BYTES = 1 << 26


class McpServer:
    """One request at a time, answered in order."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in = process.stdin
        self._out = process.stdout
        self._ids = itertools.count(1)

    async def start(self) -> None:
        """Shake hands."""
        who = {"name": "bench", "version": "1"}
        hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": who}
        await self._ask("initialize", hello)
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    async def call(self, tool: str, **arguments: object) -> list[dict[str, Any]]:
        """The content that the tool answers with. Raises `RuntimeError` when it fails."""
        result = await self._ask("tools/call", {"name": tool, "arguments": arguments})
        content = cast("list[dict[str, Any]]", result["content"])
        if result.get("isError") is True:
            raise RuntimeError(f"{tool}: {content}")
        return content

    async def _ask(self, method: str, params: object) -> dict[str, Any]:
        wanted = next(self._ids)
        self._send({"jsonrpc": "2.0", "id": wanted, "method": method, "params": params})
        async with asyncio.timeout(ANSWER_S):
            while line := await self._out.readline():
                message = orjson.loads(line)
                if message.get("id") != wanted:
                    continue
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
        raise RuntimeError(f"{method}: the server has ended")

    def _send(self, message: object) -> None:
        self._in.write(orjson.dumps(message) + b"\n")


@asynccontextmanager
async def mcp_server(command: Sequence[str], *, folder: str) -> AsyncGenerator[McpServer]:
    """The server, started in `folder`, until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd=folder, limit=LINE_BYTES
    )
    try:
        server = McpServer(process)
        await server.start()
        yield server
    finally:
        # It closes its browser when its input ends.
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()
