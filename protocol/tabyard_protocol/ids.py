"""Identifiers. Each kind is a type of its own, so one can't be passed for another."""

from typing import NewType

__all__ = ["ArtifactId", "CallId", "CommandId", "InstanceId", "SessionId", "TaskId"]

TaskId = NewType("TaskId", str)
"""`task_<milliseconds>_<counter>`."""

CommandId = NewType("CommandId", str)
"""`<taskId>_cmd_<index>`."""

CallId = NewType("CallId", str)
"""One tool call on one link: `<commandId>#<epoch>`. Opaque to the browser."""

InstanceId = NewType("InstanceId", str)
"""`inst_<milliseconds>_<random>`. Stable for a browser across reconnects and restarts."""

ArtifactId = NewType("ArtifactId", str)
"""`art_<random>`, unguessable: knowing it is what lets a reader fetch the bytes."""

SessionId = NewType("SessionId", str)
"""One client WebSocket connection: `sess_<random>`."""
