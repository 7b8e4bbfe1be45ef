"""The strings below fields and enum members: documentation that Python itself forgets."""

import ast
import inspect
import textwrap
from collections.abc import Mapping
from functools import cache

__all__ = ["field_docs", "summary"]


@cache
def _own_docs(cls: type) -> Mapping[str, str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    definition = tree.body[0]
    assert isinstance(definition, ast.ClassDef)
    found: dict[str, str] = {}
    for statement, following in zip(definition.body, definition.body[1:], strict=False):
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                pass
            case _:
                continue
        match following:
            case ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = inspect.cleandoc(text).replace("\n", " ")
            case _:
                continue
    return found


def field_docs(cls: type) -> Mapping[str, str]:
    """The sentence below each field or member of `cls`, inherited ones included."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if base.__module__.startswith("tabyard_protocol"):
            found.update(_own_docs(base))
    return found


def summary(cls: type) -> str:
    """The docstring of `cls` in one line."""
    return inspect.cleandoc(cls.__doc__ or "").replace("\n\n", " ").replace("\n", " ")
