"""Figures: what was measured, in what unit, and how far the runs were apart."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

__all__ = ["Figure", "Line", "percentile", "show", "summarise"]


@dataclass(frozen=True, slots=True)
class Figure:
    """The median of several runs. `spread` is (max - min) / median, 0 for a single run."""

    name: str
    value: float
    unit: str
    spread: float = 0.0
    runs: int = 1


@dataclass(slots=True)
class Line:
    """One comparison: every figure of it was taken in the same run of the program."""

    name: str
    setting: str
    figures: list[Figure] = field(default_factory=list[Figure])
    notes: list[str] = field(default_factory=list[str])
    columns: list[str] = field(default_factory=list[str])
    """For a table with several: its figures are named `row | column`."""

    def add(self, name: str, values: Sequence[float], unit: str) -> float:
        """Keep the median of `values` under `name`, and return it."""
        figure = summarise(name, values, unit)
        self.figures.append(figure)
        return figure.value

    def ratio(self, name: str, ours: float, theirs: float) -> None:
        """Keep `ours / theirs`."""
        self.figures.append(Figure(name, ours / theirs if theirs else 0.0, "x"))


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which `part` (0 to 1) of `values` lie; 0 for none."""
    ordered = sorted(values)
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def summarise(name: str, values: Sequence[float], unit: str) -> Figure:
    """The median of the runs, with their spread."""
    median = statistics.median(values)
    spread = (max(values) - min(values)) / median if len(values) > 1 and median else 0.0
    return Figure(name, median, unit, spread, len(values))


def show(line: Line, console: Console) -> None:
    """Print one comparison as a table."""
    console.print(_grid(line) if line.columns else _list(line))
    for note in line.notes:
        console.print(f"  [dim]{note}[/]")
    console.print()


def _grid(line: Line) -> Table:
    table = Table("", title=f"{line.name}  [dim]{line.setting}[/]", title_justify="left")
    table.columns[0].no_wrap = True
    for column in line.columns:
        table.add_column(column, justify="right", min_width=6)
    cells = {figure.name: _number(figure.value) for figure in line.figures}
    rows = dict.fromkeys(figure.name.split(" | ")[0] for figure in line.figures)
    for row in rows:
        table.add_row(row, *(cells.get(f"{row} | {column}", "") for column in line.columns))
    return table


def _list(line: Line) -> Table:
    table = Table(title=f"{line.name}  [dim]{line.setting}[/]", title_justify="left")
    table.add_column("figure")
    table.add_column("median", justify="right")
    table.add_column("unit")
    table.add_column("spread", justify="right")
    for figure in line.figures:
        spread = f"{figure.spread:.0%}" if figure.runs > 1 else ""
        table.add_row(figure.name, _number(figure.value), figure.unit, spread)
    return table


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if value >= 0.1 else f"{value:.4f}"
