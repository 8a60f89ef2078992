"""Exports of a plant's historian into the hourly table ``trend``.

Whatever the layout, every value of the files is in an hour, merged with an equal one, or in the table of
refused rows with the reason; gaps stay gaps. What was done is a table, a row a quantity of a motor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from diagmod.io.export_layouts import LayoutRules, take_apart
from diagmod.io.hourly_values import REFUSED, SERIES, Hourly, Samples, hourly
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.table_files import read_table_file
from diagmod.io.tables import conform
from diagmod.io.tag_names import meanings
from diagmod.io.tag_rules import Meaning, Tag, TagRules, listed
from diagmod.io.trend_tables import KEY, TREND, coverage


@dataclass(frozen=True)
class TrendImport:
    """What became of some exports.

    Attributes
    ----------
    trend : DataFrame
        As :data:`~diagmod.io.trend_tables.TREND`.
    series : DataFrame
        A row a quantity of a motor, columns :data:`~diagmod.io.hourly_values.SERIES`: tags, usual step, samples, hours,
        gaps, and how many cells were empty, merged, refused or out of order.
    refused : DataFrame
        Rows that were kept out, columns :data:`~diagmod.io.hourly_values.REFUSED`.
    notes : tuple of str
        What was concluded or left out, one sentence each.
    """

    trend: pd.DataFrame
    series: pd.DataFrame
    refused: pd.DataFrame
    notes: tuple[str, ...]

    def in_words(self) -> str:
        """What was done, in one sentence."""
        done = self.series
        if self.trend.empty:
            return f"We see no hour; {len(self.refused)} rows were refused."
        gaps, longest = int(done["gaps"].sum()), done.iloc[int(done["longest_gap_h"].to_numpy().argmax())]
        where = (
            f" (the longest {longest['longest_gap_h']} h, {longest['gap_from']:%Y-%m-%d %H:%M} to "
            f"{longest['gap_to']:%Y-%m-%d %H:%M} UTC)"
            if gaps
            else ""
        )
        return (
            f"We see {len(self.trend)} hours of {len(done)} quantities of {done['motor_id'].nunique()} motors from "
            f"{done['first'].min():%Y-%m-%d %H:%M} to {done['last'].max():%Y-%m-%d %H:%M} UTC, {gaps} gaps{where}, "
            f"{int(done['empty'].sum())} empty cells, {int(done['merged'].sum())} equal rows merged, "
            f"{len(self.refused)} rows refused and {int(done['out_of_order'].sum())} out of order."
        )


@dataclass
class _Collected:
    """Samples of all files by motor, quantity and unit."""

    parts: dict[tuple[str, str, str], list[Samples]] = field(default_factory=dict)
    refused: list[pd.DataFrame] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_exports(
    paths: Sequence[Path], tag_rules: TagRules, layout_rules: LayoutRules, sheet: str | None = None
) -> TrendImport:
    """Read exports that belong together; samples of one hour may stand in several files.

    Parameters
    ----------
    paths : sequence of Path
        CSV, TSV or TXT, XLSX or Parquet.
    tag_rules, layout_rules : TagRules, LayoutRules
        What is declared.
    sheet : str, optional
        Sheet of workbooks.

    Raises
    ------
    UnreadableRecording
        A file is no table, or what it says of time, tag, motor, unit or step is not enough.
    """
    collected = _Collected()
    for path in paths:
        _collect(path, tag_rules, layout_rules, sheet, collected)
    units: dict[tuple[str, str], str] = {}
    for motor_id, quantity, unit in collected.parts:
        if (other := units.setdefault((motor_id, quantity), unit)) != unit:
            raise UnreadableRecording(
                f"{quantity} of {motor_id} is in {other or 'no unit'} and in {unit or 'no unit'}; pass "
                f"--unit {quantity}=UNIT if they are the same, or import the files apart"
            )
    made = {key: hourly(parts, *key) for key, parts in sorted(collected.parts.items())}
    refused = [*collected.refused, *(rows for done in made.values() for rows in done.refused)]
    trend = pd.concat([done.table for done in made.values()])
    return TrendImport(
        trend=conform(trend.sort_values(KEY, ignore_index=True), TREND),
        series=_series_table(made, collected.parts),
        refused=_refused_table(refused, [path.name for path in paths]),
        notes=tuple(dict.fromkeys(collected.notes)),
    )


def _collect(path: Path, tag_rules: TagRules, layout_rules: LayoutRules, sheet: str | None, into: _Collected) -> None:
    """Take one file apart and put its samples where they belong."""
    table = read_table_file(path, sheet)
    layout = take_apart(table, path, layout_rules)
    known = {motor.casefold() for motor in tag_rules.motors}
    is_known = [not tag.motor or tag.motor.casefold() in known for tag in layout.tags]
    strange = [k for k, is_in in enumerate(is_known) if not is_in]
    for k in strange:
        into.refused.append(_strange_rows(layout.samples[k], layout.tags[k]))
    if strange:
        names = sorted({layout.tags[k].motor for k in strange})
        into.notes.append(f"{path.name}: motors {listed(names)} are not in motors.yaml; their rows were refused")
    kept = [k for k, is_in in enumerate(is_known) if is_in]
    notes = list(layout.notes)
    found: dict[int, Meaning] = meanings([layout.tags[k] for k in kept], tag_rules, table.source, notes)
    into.notes += [f"{path.name}: {note}" for note in notes]
    for factor in sorted({m.factor for m in found.values()} - {1.0}):
        tags = [layout.tags[kept[k]].label for k, m in found.items() if m.factor == factor]
        into.notes.append(f"{path.name}: {listed(tags)} times {factor:g} gives the unit of the data set")
    for k, meaning in found.items():
        samples = layout.samples[kept[k]]
        if meaning.factor != 1.0:
            samples = replace(samples, values=samples.values * meaning.factor)
        into.parts.setdefault((meaning.motor_id, meaning.quantity, meaning.unit), []).append(samples)


def _strange_rows(samples: Samples, tag: Tag) -> pd.DataFrame:
    reason = f"motor {tag.motor!r} is not in motors.yaml"
    shown = samples.stamps.shown(samples.rows)
    facts = {"file": samples.file, "row": samples.rows + 1, "time": shown, "tag": samples.tag,
             "value": samples.values, "reason": reason}  # fmt: skip
    return pd.DataFrame(facts)


def _series_table(
    made: dict[tuple[str, str, str], Hourly], parts: dict[tuple[str, str, str], list[Samples]]
) -> pd.DataFrame:
    """What was done, a row a quantity of a motor."""
    rows: list[dict[str, Any]] = []
    for (motor_id, quantity, unit), done in made.items():
        covered = [{str(name): cell for name, cell in row.items()} for row in coverage(done.table).to_dict("records")]
        tags = ", ".join(dict.fromkeys(p.tag for p in parts[motor_id, quantity, unit]))
        none = {"hours": 0, "gaps": 0, "missing_h": 0, "longest_gap_h": 0, "first": pd.NaT, "last": pd.NaT,
                "gap_from": pd.NaT, "gap_to": pd.NaT}  # fmt: skip
        rows.append(
            {**none, **(covered[0] if covered else {}), "motor_id": motor_id, "quantity": quantity, "unit": unit,
             "tags": tags, **done.facts}
        )  # fmt: skip
    return pd.DataFrame(rows, columns=SERIES)


def _refused_table(refused: list[pd.DataFrame], files: list[str]) -> pd.DataFrame:
    """All refused rows in the order of the files."""
    if not refused:
        return pd.DataFrame({name: pd.Series(dtype="float64" if name == "value" else "object") for name in REFUSED})
    table = pd.concat(refused)[REFUSED]
    place = table["file"].map({name: at for at, name in enumerate(dict.fromkeys(files))})
    order = np.lexsort((table["tag"], table["row"], place))
    return table.iloc[order].reset_index(drop=True)
