"""Public is what `__all__` says, and nobody takes what is private to another."""

import ast
import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest


def module_name(init: Path) -> str:
    """`server/tabyard/hub/__init__.py` -> `tabyard.hub`."""
    return ".".join(init.parent.parts[1:])


def public_names(tree: ast.Module) -> set[str]:
    """What a package defines, and what it takes from its own modules only to hand it on."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names: set[str] = set()
    for node in tree.body:
        match node:
            case ast.ImportFrom(module=str(source)) if source.startswith("tabyard"):
                names |= {alias.asname or alias.name for alias in node.names} - used
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                names.add(name)
            case _:
                pass
    return {name for name in names if not name.startswith("_")}


def test_every_package_lists_its_names(root: Path, python_packages: Sequence[Path]) -> None:
    for init in python_packages:
        tree = ast.parse((root / init).read_text(encoding="utf-8"))
        public = public_names(tree)
        listed: list[str] = getattr(importlib.import_module(module_name(init)), "__all__")  # noqa: B009
        assert ast.get_docstring(tree), f"{init} does not say what it is for"
        assert len(listed) == len(set(listed)), f"{init} lists a name twice"
        assert public <= set(listed), f"{init} does not list {public - set(listed)}"


def test_every_listed_name_can_be_imported(root: Path, sources: Sequence[Path]) -> None:
    """A file without `__all__` is a program, such as a migration: it is run, not imported."""
    modules = [
        ".".join(path.with_suffix("").parts[1:]).removesuffix(".__init__")
        for path in sources
        if path.suffix == ".py"
        and path.parts[0] in {"server", "protocol"}
        and "__all__" in (root / path).read_text(encoding="utf-8")
    ]
    missing = [
        f"{name}.{member}"
        for name in modules
        for module in [importlib.import_module(name)]
        for member in module.__all__
        if not hasattr(module, member)
    ]
    assert modules
    assert missing == []


def private_imports(source: str, package: str) -> Iterator[str]:
    """Private names or modules that `source` takes from outside its own `package`."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ImportFrom) or node.module is None:
            continue
        if not node.module.startswith("tabyard") or node.module.startswith(package):
            continue
        path = [*node.module.split("."), *(alias.name for alias in node.names)]
        yield from (part for part in path if part.startswith("_") and not part.endswith("__"))


def test_nobody_imports_a_private_name_of_another_package(
    root: Path, sources: Sequence[Path]
) -> None:
    taken = {
        str(path): names
        for path in sources
        if path.suffix == ".py"
        and (
            names := list(
                private_imports(
                    (root / path).read_text(encoding="utf-8"), ".".join(path.parent.parts[1:])
                )
            )
        )
    }
    assert taken == {}


@pytest.mark.parametrize(
    "line",
    ["from tabyard.hub.registry import _links", "from tabyard.hub._inside import Links"],
)
def test_a_private_import_is_seen(line: str) -> None:
    assert list(private_imports(line, "tabyard.web")) != []
    assert list(private_imports(line, "tabyard.hub")) == []
