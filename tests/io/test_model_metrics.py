"""Figures beside a model are its own: stated by it, or of the evaluation that judged this very model."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from diagmod.io.hashes import hash_paths
from diagmod.io.model_files import ModelError
from diagmod.io.model_metrics import figure_in_words, metrics_in_words, metrics_of
from diagmod.io.schemas import Column, TableSchema
from diagmod.io.tables import empty_table, write_table

TABLE = TableSchema("t", 1, (Column("a", "float64", "1", "a number"),))
LINEAGE = {"stage": "train_faults", "code": "c0de", "inputs": {"a": "aa"}, "parameters": {}}
FIGURES = {"precision": 0.75, "recall": 0.5, "f1": 0.6}
CONTENT = {
    "recording_label": {
        "all": {**FIGURES, "auroc": 0.9},
        "without_i2": {"f1": 0.1},
        "faults": {**FIGURES, "by_condition": {"broken_bar": 1.0}},
    },
    "strangest_segments": {"all": {"f1": 0.3}},
    "regimes": {"silhouette": 0.4},
}


def judge(root: Path, made_by: dict[str, object], scores: str = "data/processed/faults/predictions.parquet") -> None:
    """An evaluation that read a table, or the folder that holds it, made by some run."""
    path = root / "data/processed/evaluation/evaluation.parquet"
    for folder in (path.parent, (root / scores).parent):
        folder.mkdir(parents=True, exist_ok=True)
    write_table(empty_table(TABLE), TABLE, root / scores, made_by)
    name = "data/processed/faults" if "faults" in scores else scores
    write_table(empty_table(TABLE), TABLE, path, {"inputs": {name: hash_paths([name], root)}})
    state(root, CONTENT)


def state(root: Path, content: object) -> None:
    """Write the metrics file."""
    (root / "reports/metrics").mkdir(parents=True, exist_ok=True)
    (root / "reports/metrics/evaluate.json").write_text(
        content if isinstance(content, str) else json.dumps(content), encoding="utf-8"
    )


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("anomaly", {**FIGURES, "auroc": 0.9}),
        ("anomaly_segments", {"f1": 0.3}),
        ("faults", FIGURES),
        ("regimes", {"silhouette": 0.4}),
        ("embedding", {}),
    ],
)
@pytest.mark.parametrize("scores", ["data/processed/faults/predictions.parquet", "data/processed/scores.parquet"])
def test_every_family_finds_its_own_figures(tmp_path, family, expected, scores):
    judge(tmp_path, LINEAGE, scores)
    assert metrics_of(tmp_path, family, {"lineage": LINEAGE}) == expected


def test_figures_of_another_model_are_not_taken(tmp_path):
    judge(tmp_path, {**LINEAGE, "code": "01d"})
    assert metrics_of(tmp_path, "faults", {"lineage": LINEAGE}) == {}


def test_scores_that_changed_after_the_evaluation_carry_no_figures(tmp_path):
    judge(tmp_path, LINEAGE)
    (tmp_path / "data/processed/faults/more").write_text("x")
    assert metrics_of(tmp_path, "faults", {"lineage": LINEAGE}) == {}


def test_without_an_evaluation_there_are_no_figures(tmp_path):
    assert metrics_of(tmp_path, "faults", {"lineage": LINEAGE}) == {}
    state(tmp_path, CONTENT)
    assert metrics_of(tmp_path, "faults", {"lineage": LINEAGE}) == {}


def test_what_a_model_states_itself_comes_first_and_an_undefined_figure_stays_undefined(tmp_path):
    judge(tmp_path, LINEAGE)
    facts = {"lineage": LINEAGE, "metrics": {"f1": 0.2, "silhouette": math.nan, "n": 3, "none": None}}
    assert metrics_of(tmp_path, "faults", facts) == {"f1": 0.2, "silhouette": None, "n": 3, "none": None}


@pytest.mark.parametrize("metrics", [[], "0.5", {"f1": "good"}, {"f1": {"all": 1.0}}, {"f1": True}])
def test_metrics_that_are_no_numbers_are_refused(tmp_path, metrics):
    with pytest.raises(ModelError, match=r"metrics in model.json of faults must be numbers by name"):
        metrics_of(tmp_path, "faults", {"lineage": LINEAGE, "metrics": metrics})


@pytest.mark.parametrize("content", ["{half", "[]", '{"recording_label": 3}'])
def test_a_damaged_metrics_file_is_a_sentence(tmp_path, content):
    judge(tmp_path, LINEAGE)
    state(tmp_path, content)
    with pytest.raises(ModelError, match=r"evaluate.json is damaged .*; rebuild it with `dvc repro`"):
        metrics_of(tmp_path, "anomaly", {"lineage": LINEAGE})


def test_metrics_are_told_with_the_usual_three_first():
    assert metrics_in_words({"auroc": 0.5, "f1": 0.25, "precision": 1, "x": None}) == (
        "precision 1.00, f1 0.25, auroc 0.50, x undefined"
    )
    assert figure_in_words(123456.0) == "1.235e+05"
    assert metrics_in_words({}) == ""
