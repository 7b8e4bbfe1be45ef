"""The control experiment: a hub without fences gives the checker something to find."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import bindparam, select, update

from tabyard.storage.operations import lane, links
from tabyard.storage.tables import instances, number, tasks, word
from tabyard_protocol.resources.task import TaskStatus

__all__ = ["take_down_fences"]


def take_down_fences() -> None:
    """No statement asks for the epoch any more, and no link knows an older one."""
    *runs, _of_this_epoch = lane.RUNNING_UNDER
    rebuilt: dict[str, Any] = {
        "ADD_RUNNING_OUTCOME": lane.adding_an_outcome(*runs),
        "RUNS": select(tasks.c.number).where(*runs),
        "REQUEUE": update(tasks).where(*runs).values(status=word(TaskStatus.QUEUED)),
        "END_RUNNING": update(tasks).where(*runs).values(lane.END),
        "START_NEXT": update(instances)
        .where(
            instances.c.id == bindparam("instance"),
            instances.c.running == number(0),
            instances.c.queued > number(0),
        )
        .values(queued=instances.c.queued - number(1), running=instances.c.running + number(1)),
    }
    rebuilt["FOLLOW"] = {
        ended: update(instances)
        .where(instances.c.id == bindparam("instance"), instances.c.queued > number(0))
        .values(
            {
                "queued": instances.c.queued - number(1),
                ended.value: instances.c[ended.value] + number(1),
            }
        )
        for ended in lane.FOLLOW
    }
    for name, statement in rebuilt.items():
        setattr(lane, name, statement)
    retire: Callable[..., Sequence[Any] | None] = links.retire

    def retire_any(sql: Any, instance: Any, *, epoch: int | None, **rest: Any) -> Any:
        del epoch
        return retire(sql, instance, epoch=None, **rest)

    links.retire = retire_any
    links.LOSE = (
        update(instances)
        .where(instances.c.id == bindparam("instance"))
        .values(status=word("reconnecting"), lost_at_ms=bindparam("at_ms"))
    )
