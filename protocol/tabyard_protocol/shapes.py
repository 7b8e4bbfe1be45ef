"""Wire models from outside: members of unions, names on the wire, what may be left out."""

import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

__all__ = ["Slot", "bare", "is_union", "members", "nested", "slots", "tag"]


@dataclass(frozen=True, slots=True)
class Slot:
    """One field of a model, as seen on the wire."""

    attribute: str
    """The name in Python."""
    name: str
    """The name on the wire."""
    annotation: Any
    """The type, without `None` where None means absence."""
    required: bool
    """Whether a well-behaved peer always writes it."""
    description: str | None


def bare(annotation: Any) -> Any:  # noqa: ANN401  (types have no common type)
    """`annotation` without `Annotated`'s metadata."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def is_union(annotation: object) -> bool:
    """Whether `annotation` is `A | B` in either spelling."""
    return get_origin(annotation) in (Union, types.UnionType)


def members(union: object) -> tuple[type[BaseModel], ...]:
    """The models of a tagged union, in its order."""
    return get_args(bare(union))


def tag(model: type[BaseModel]) -> str | None:
    """The value of the model's `type`, if it has one."""
    field = model.model_fields.get("type")
    values = get_args(field.annotation) if field is not None else ()
    return values[0] if len(values) == 1 else None


def slots(model: type[BaseModel], *, sent: bool) -> Iterator[Slot]:
    """The fields of `model` as the hub sends it, or (not `sent`) as the hub wants it.

    What the hub sends has every default spelled out, except None, which is left out.
    """
    for attribute, field in model.model_fields.items():
        annotation = bare(field.annotation)
        absent = not field.is_required() and field.default is None
        if absent and is_union(annotation):
            rest = [part for part in get_args(annotation) if part is not types.NoneType]
            annotation = rest[0] if len(rest) == 1 else Union[tuple(rest)]  # noqa: UP007  (built at run time)
        yield Slot(
            attribute=attribute,
            name=field.serialization_alias or field.alias or attribute,
            annotation=annotation,
            required=not absent
            and (sent or field.is_required() or (attribute == "type" and tag(model) is not None)),
            description=field.description,
        )


def nested(annotation: object) -> Iterator[Any]:
    """The classes that `annotation` mentions, at any depth of unions and containers."""
    annotation = bare(annotation)
    if isinstance(annotation, type) and get_origin(annotation) is None:
        yield annotation
        return
    for part in get_args(annotation):
        yield from nested(part)
