"""``diagmod regimes``: what the pipeline found, and what engineers say of it.

A label is written into ``regimes.yaml`` of the data set, signed and dated; the next ``dvc repro`` carries it to the
segments. Nothing else in that file changes.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from diagmod.io.dataset_files import DatasetError
from diagmod.io.defect_catalogue import Defect, read_defects
from diagmod.io.paths import project_root
from diagmod.io.regime_edits import add_regimes, label_regime
from diagmod.io.regime_files import REGIMES_FILE, ReviewedRegime, kind_of, label_mistakes, read_regimes
from diagmod.io.regime_tables import REGIMES
from diagmod.io.site_files import told_at_once
from diagmod.io.stages import read_yaml
from diagmod.io.tables import TableError, describe_table, read_table

regimes = typer.Typer(no_args_is_help=True, help="Regimes that the pipeline found, and what engineers say of them.")

#: Where the stage writes its table.
_TABLE = "data/processed/regimes/regimes.parquet"

_Dataset = Annotated[str, typer.Option("--dataset", help="name of the data set in data/raw")]
_By = Annotated[str, typer.Option("--by", help="who looked at it")]
_On = Annotated[str, typer.Option("--on", help="day of the review, as 2026-01-31; today unless given")]
_Note = Annotated[str, typer.Option("--note", help="remark")]
_Operation = Annotated[bool, typer.Option("--operation", help="the word is a way of running, however like a defect")]


@regimes.command("list")
def list_regimes() -> None:
    """Show the regimes of the last run, what is typical of each, and its label."""
    table = _found(project_root())
    for row in table.to_dict("records"):
        label = row["label"] or "no label"
        made_of = f"{row['n_segments']} segments of {row['n_motors']} motor{'s' * (row['n_motors'] != 1)}"
        typer.echo(f"{row['regime']:5} {row['standing']:10} {label:18} {made_of}: {row['typical']}")
    if table.empty:
        reason = _about(project_root())["reason"]
        typer.echo(f"No regimes: {reason or 'none was found'}.")


@regimes.command("export")
def export_regimes(dataset: _Dataset) -> None:
    """Write the regimes of the last run into regimes.yaml of the data set, open to be filled in."""
    root = project_root()
    folder = _folder(root, dataset)
    added = _add(root, dataset, read_defects(folder))
    said = f"{', '.join(added)} added" if added else "nothing to add"
    typer.echo(f"data/raw/{dataset}/{REGIMES_FILE}: {said}. Fill in the labels, then run `dvc repro`.")


@regimes.command("label")
def label(
    regime: Annotated[str, typer.Argument(help="id of the regime, as S2")],
    word: Annotated[str, typer.Argument(metavar="DEFECT", help="id of a defect, healthy, or a way of running")],
    dataset: _Dataset,
    by: _By,
    note: _Note = "",
    on: _On = "",
    operation: _Operation = False,
) -> None:
    """Say what a regime is; a defect of the catalogue, healthy, or a word for a way of running."""
    root = project_root()
    folder = _folder(root, dataset)
    defects = read_defects(folder)
    if not by.strip():
        raise DatasetError("--by must name who looked at the regime, got nothing; a label is signed")
    kind = "operation" if operation else kind_of(word, defects)
    near = get_close_matches(word, [*defects, "healthy"], n=1, cutoff=0.75)
    if kind == "operation" and near and not operation:
        raise DatasetError(
            f"there is no defect {word!r} in the catalogue; did you mean {near[0]}? Add --operation if it is a way of "
            "running"
        )
    day = on or datetime.now(UTC).strftime("%Y-%m-%d")
    said = {"label": word, "kind": kind, "note": note, "reviewed_by": by, "reviewed_on": day}
    if mistakes := label_mistakes(said, defects):
        raise DatasetError(told_at_once(f"{REGIMES_FILE} was not changed", mistakes))
    if regime not in {one.id for one in read_regimes(folder, defects)} and (root / _TABLE).is_file():
        _add(root, dataset, defects, only=regime)
    now = label_regime(folder, regime, said, defects)
    typer.echo(f"{now.id} is {now.label} ({now.kind}), says {now.reviewed_by} on {now.reviewed_on}. Run `dvc repro`.")


def _add(root: Path, dataset: str, defects: dict[str, Defect], only: str = "") -> list[str]:
    """Add regimes of the last run to the reviewed file of the data set they were found in."""
    inputs = _about(root)["lineage"].get("inputs", {})
    other = [name.removeprefix("data/raw/") for name in inputs if name.startswith("data/raw/")]
    if other and dataset not in other:
        raise DatasetError(f"the last run found regimes of data set {other[0]!r}, not of {dataset!r}; run it first")
    table = _found(root)
    chosen = table[table["regime"] == only] if only else table
    found = [_as_reviewed(str(row["view"]), str(row["regime"]), row["centroid"]) for row in chosen.to_dict("records")]
    words = dict(zip(chosen["regime"], chosen["typical"], strict=True))
    return add_regimes(root / "data" / "raw" / dataset, found, words, defects)


def _as_reviewed(view: str, regime: str, place: str) -> ReviewedRegime:
    parts = json.loads(place)
    return ReviewedRegime(id=regime, view=view, centroid=parts["centroid"], usual=parts["usual"], scale=parts["spread"])


def _about(root: Path) -> dict[str, Any]:
    try:
        return describe_table(root / _TABLE)
    except TableError as exc:
        raise DatasetError(str(exc)) from exc


def _found(root: Path) -> pd.DataFrame:
    try:
        return read_table(root / _TABLE, REGIMES)
    except TableError as exc:
        raise DatasetError(str(exc)) from exc


def _folder(root: Path, dataset: str) -> Path:
    """Folder of a data set whose files are kept; one that a stage makes would lose them."""
    folder = root / "data" / "raw" / dataset
    if not folder.is_dir() or dataset in ("", ".", "..") or "/" in dataset:
        raise DatasetError(f"there is no data set {dataset!r} in data/raw; give the name of one")
    stages = read_yaml(root / "dvc.yaml").get("stages") or {}
    for name, entry in stages.items():
        outs = [next(iter(out)) if isinstance(out, dict) else out for out in entry.get("outs", ())]
        if f"data/raw/{dataset}" in outs:
            raise DatasetError(
                f"data/raw/{dataset} is made by the stage {name}, which would discard {REGIMES_FILE}; copy the folder "
                f"to a name of your own and run `dvc exp run -S load.dataset=NAME`"
            )
    return folder
