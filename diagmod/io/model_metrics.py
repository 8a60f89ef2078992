"""Figures of a trained model: those it states itself, or those of the evaluation that judged this very model.

Figures of another model are never written beside this one: the evaluation must have read scores that this model's
stage made in the same run, and those scores must still be there.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from diagmod.io.hashes import hash_paths
from diagmod.io.model_files import ModelError

#: Figures that come first wherever metrics are listed.
METRICS = ("precision", "recall", "f1")

#: Where the figures of a family stand in ``reports/metrics/evaluate.json``, from the outside in.
BRANCHES = {
    "anomaly": ("recording_label", "all"),
    "anomaly_segments": ("strangest_segments", "all"),
    "faults": ("recording_label", "faults"),
    "regimes": ("regimes",),
}

_EVALUATION = "data/processed/evaluation/evaluation.parquet"


def metrics_of(root: Path, family: str, facts: Mapping[str, Any]) -> dict[str, float | None]:
    """Figures of a trained model by name; none where it was not judged, None where a figure is not defined.

    Parameters
    ----------
    root : Path
    family : str
    facts : mapping
        Of ``model.json``; "metrics" in it count before the evaluation.

    Raises
    ------
    ModelError
        The metrics are no numbers by name, or the metrics file is damaged.
    """
    if "metrics" in facts:
        return _numbers(facts["metrics"], family)
    branch = BRANCHES.get(family)
    path = root / "reports" / "metrics" / "evaluate.json"
    if branch is None or not path.is_file() or not _is_judged(root, facts["lineage"]):
        return {}
    try:
        judged = json.loads(path.read_text(encoding="utf-8"))
        for name in branch:
            judged = judged.get(name, {})
    except (ValueError, AttributeError) as exc:
        raise ModelError(f"{path.name} is damaged ({exc}); rebuild it with `dvc repro`") from exc
    if not isinstance(judged, dict):
        return {}
    return _numbers({name: value for name, value in judged.items() if _is_number(value)}, family)


def in_order(names: Iterable[str]) -> list[str]:
    """Names of metrics with precision, recall and F1 first, the others by name."""
    present = set(names)
    return [name for name in METRICS if name in present] + sorted(present - set(METRICS))


def metrics_in_words(metrics: Mapping[str, float | None]) -> str:
    """Metrics as a list for people: ``precision 0.75, recall 0.50``; empty without any."""
    return ", ".join(f"{name} {figure_in_words(metrics[name])}" for name in in_order(metrics))


def figure_in_words(value: float | None) -> str:
    """A figure with as many digits as people read."""
    if value is None:
        return "undefined"
    return f"{value:.2f}" if abs(value) < 1000 else f"{value:.4g}"


def _numbers(metrics: Any, family: str) -> dict[str, float | None]:
    if not isinstance(metrics, dict) or not all(v is None or _is_number(v) for v in metrics.values()):
        raise ModelError(f"metrics in model.json of {family} must be numbers by name; train the model again")
    return {name: value if value is not None and math.isfinite(value) else None for name, value in metrics.items()}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_judged(root: Path, lineage: Mapping[str, Any]) -> bool:
    """Whether the last evaluation read a table that was made together with the model, and which is still there."""
    from diagmod.io.tables import TableError, describe_table  # here, because most commands need no tables

    try:
        seen = describe_table(root / _EVALUATION)["lineage"].get("inputs", {})
        for name, digest in seen.items():
            path = root / name
            tables = sorted(path.glob("*.parquet")) if path.is_dir() else [path] * name.endswith(".parquet")
            if any(describe_table(table)["lineage"] == lineage for table in tables):
                return bool(digest == hash_paths([name], root))
    except TableError:
        return False
    return False
