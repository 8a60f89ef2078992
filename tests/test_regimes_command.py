"""``diagmod regimes``: list, export, label."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from diagmod.cli import app
from diagmod.io.regime_files import REGIMES_FILE
from diagmod.io.regime_tables import REGIMES
from diagmod.io.stages import StageError
from diagmod.io.tables import empty_table, write_table

PLACE = json.dumps({"centroid": {"crest": 1.5}, "usual": {"crest": 1.4}, "spread": {"crest": 0.1}})


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "params.yaml").write_text("load:\n  dataset: mine\n")
    (tmp_path / "dvc.yaml").write_text(
        "stages:\n  simulate:\n    outs:\n      - data/raw/demo:\n          persist: true\n"
    )
    for name in ("mine", "other", "demo"):
        (tmp_path / "data" / "raw" / name).mkdir(parents=True)
    (tmp_path / "data" / "processed" / "regimes").mkdir(parents=True)
    row = {c.name: {"str": "", "int64": 3, "float64": 0.9}[c.dtype] for c in REGIMES.columns}
    rows = [
        {**row, "view": "shape", "regime": name, "standing": "regime", "typical": f"{name}: odd", "centroid": PLACE}
        for name in ("S1", "S2")
    ]
    write(tmp_path, pd.DataFrame(rows))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(project, table, **more):
    path = project / "data" / "processed" / "regimes" / "regimes.parquet"
    write_table(table, REGIMES, path, {"inputs": {"data/raw/mine": "0"}}, **more)


def call(*arguments):
    result = CliRunner().invoke(app, ["regimes", *arguments])
    if isinstance(result.exception, StageError):
        return f"error: {result.exception}"
    assert result.exception is None, result.exception
    return result.output


def test_regimes_are_listed_with_what_is_typical(project):
    assert "S1    regime     no label           3 segments of 3 motors: S1: odd" in call("list")


def test_an_empty_table_tells_its_reason_and_a_missing_one_what_to_run(project):
    write(project, empty_table(REGIMES), reason="too few recordings")
    assert call("list") == "No regimes: too few recordings.\n"
    (project / "data/processed/regimes/regimes.parquet").unlink()
    assert "run `dvc repro`" in call("list") and "run `dvc repro`" in call("export", "--dataset", "mine")


def test_export_writes_a_draft_once(project):
    assert "S1, S2 added" in call("export", "--dataset", "mine")
    assert (project / "data/raw/mine" / REGIMES_FILE).is_file()
    assert "nothing to add" in call("export", "--dataset", "mine")


def test_a_label_needs_no_export_before_and_adds_its_regime_alone(project):
    said = call(
        "label", "S2", "broken_bar", "--dataset", "mine", "--by", "A. B", "--on", "2026-01-31", "--note", "seen"
    )
    assert said == "S2 is broken_bar (defect), says A. B on 2026-01-31. Run `dvc repro`.\n"
    text = (project / "data/raw/mine" / REGIMES_FILE).read_text()
    assert "note: 'seen'" in text and "S1" not in text.replace("S1: odd", "")
    assert "(healthy)" in call("label", "S1", "healthy", "--dataset", "mine", "--by", "A")
    assert "(operation)" in call("label", "S1", "part_load", "--dataset", "mine", "--by", "A")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("label", "S1", "broken_bars", "--dataset", "mine", "--by", "A"), "did you mean broken_bar?"),
        (("label", "S9", "broken_bar", "--dataset", "mine", "--by", "A"), "holds no regime 'S9'"),
        (("label", "S1", "broken_bar", "--dataset", "mine", "--by", " "), "a label is signed"),
        (("label", "S1", "broken_bar", "--dataset", "mine", "--by", "A", "--on", "soon"), "reviewed_on must be a day"),
        (("label", "S1", "broken_bar", "--dataset", "none", "--by", "A"), "there is no data set 'none'"),
        (("label", "S1", "broken_bar", "--dataset", "../raw", "--by", "A"), "there is no data set '../raw'"),
        (("export", "--dataset", "demo"), "made by the stage simulate, which would discard regimes.yaml"),
        (("export", "--dataset", "other"), "regimes of data set 'mine', not of 'other'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(project, arguments, sentence):
    assert sentence in call(*arguments)
    assert not any((project / "data/raw/mine").iterdir())


def test_a_way_of_running_that_looks_like_a_defect_needs_the_option(project):
    said = call("label", "S1", "broken_bars", "--dataset", "mine", "--by", "A", "--operation")
    assert said.startswith("S1 is broken_bars (operation)")
