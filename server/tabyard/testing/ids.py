"""Ids that count: the same in each run."""

from itertools import count

from tabyard_protocol.ids import ArtifactId, InstanceId, SessionId, TaskId

__all__ = ["SequentialIds"]


class SequentialIds:
    """An `Ids` whose every kind counts from 1."""

    def __init__(self) -> None:
        self._tasks = count(1)
        self._instances = count(1)
        self._artifacts = count(1)
        self._sessions = count(1)
        self._secrets = count(1)

    def task(self) -> TaskId:
        return TaskId(f"task_1_{next(self._tasks)}")

    def instance(self) -> InstanceId:
        return InstanceId(f"inst_1_{next(self._instances)}")

    def artifact(self) -> ArtifactId:
        return ArtifactId(f"art_{next(self._artifacts)}")

    def session(self) -> SessionId:
        return SessionId(f"sess_{next(self._sessions)}")

    def secret(self) -> str:
        return f"{next(self._secrets):064x}"
