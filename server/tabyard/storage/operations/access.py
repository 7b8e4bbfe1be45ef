"""Who may call, and who did: API keys and the audit trail."""

from collections.abc import Sequence
from typing import Any, Final

import orjson
from sqlalchemy import bindparam, delete, func, insert, select

from tabyard.core.audit import AuditRecord
from tabyard.core.keys import KeyRecord
from tabyard.storage.sql import Row, Sql
from tabyard.storage.tables import audit, keys, number

__all__ = ["add_key", "drop_audit", "drop_key", "note_all", "read_audit", "read_keys"]

KEY_COLUMNS: Final = tuple(column for column in keys.columns if column is not keys.c.number)
AUDIT_COLUMNS: Final = tuple(column for column in audit.columns if column is not audit.c.number)


def _given(*columns: Any) -> dict[str, Any]:  # noqa: ANN401 - columns of any kind
    return {column.name: bindparam(column.name) for column in columns}


ADD_KEY: Final = insert(keys).values(_given(*KEY_COLUMNS))
DROP_KEY: Final = delete(keys).where(keys.c.id == bindparam("id"))
KEYS: Final = select(*KEY_COLUMNS).order_by(keys.c.number)
NOTE: Final = insert(audit).values(_given(*AUDIT_COLUMNS))
COUNT: Final = select(func.count()).select_from(audit)
PAGE: Final = (
    select(*AUDIT_COLUMNS)
    .order_by(audit.c.number.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
DROP_OLD: Final = delete(audit).where(
    audit.c.number.in_(
        select(audit.c.number)
        .where(audit.c.at_ms < bindparam("before_ms"))
        .order_by(audit.c.at_ms)
        .limit(bindparam("at_most"))
        .offset(number(0))
    )
)


def add_key(sql: Sql, record: KeyRecord) -> None:
    """Remember a key."""
    sql.run(
        ADD_KEY,
        id=record.id,
        name=record.name,
        digest=record.digest,
        scopes=_packed(record.scopes),
        instance_ids=_packed(record.instance_ids),
        created_at_ms=record.created_at_ms,
    )


def drop_key(sql: Sql, key_id: str) -> bool:
    """Forget a key; whether there was one."""
    return sql.run(DROP_KEY, id=key_id) > 0


def read_keys(sql: Sql) -> Sequence[KeyRecord]:
    """All keys, oldest first."""
    return [_key(row) for row in sql.rows(KEYS)]


def note_all(sql: Sql, entries: Sequence[AuditRecord]) -> None:
    """Add lines to the trail, in this order."""
    sql.run_each(
        NOTE,
        [
            {
                "at_ms": one.at_ms,
                "who": one.who,
                "key_id": one.key_id,
                "address": one.address,
                "action": one.action,
                "subject": one.subject,
                "instance_id": one.instance_id,
                "outcome": one.outcome,
            }
            for one in entries
        ],
    )


def read_audit(sql: Sql, *, limit: int, offset: int) -> tuple[Sequence[AuditRecord], int]:
    """A page of the trail, newest first, and how long the whole trail is."""
    counted = sql.row(COUNT)
    assert counted is not None
    rows = sql.rows(PAGE, limit=limit, offset=offset)
    return [_entry(row) for row in rows], int(counted[0])


def drop_audit(sql: Sql, *, before_ms: int, at_most: int) -> int:
    """Remove the oldest lines from before then; how many went."""
    return sql.run(DROP_OLD, before_ms=before_ms, at_most=at_most)


def _packed(words: Sequence[str]) -> str:
    return orjson.dumps(words).decode()


def _key(row: Row) -> KeyRecord:
    key_id, name, digest, scopes, instance_ids, created_at_ms = row
    granted, bound = tuple(orjson.loads(scopes)), tuple(orjson.loads(instance_ids))
    return KeyRecord(key_id, name, digest, granted, bound, created_at_ms)


def _entry(row: Row) -> AuditRecord:
    at_ms, who, key_id, address, action, subject, instance_id, outcome = row
    return AuditRecord(
        at_ms=at_ms,
        who=who,
        key_id=key_id,
        address=address,
        action=action,
        subject=subject,
        instance_id=instance_id,
        outcome=outcome,
    )
