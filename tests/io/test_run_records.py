"""Timings of stages, and what is said when there are none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from diagmod.io.run_records import overhead_pct, read_run_records
from diagmod.io.stages import StageError

RECORD = {"stage": "load", "seconds": 10.0, "kernel_start_s": 2.0, "imports_s": 1.0, "work_s": 6.0, "report_s": 1.0}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "dvc.yaml").write_text("stages:\n  simulate: {cmd: x}\n  load: {cmd: x}\n")
    (tmp_path / "reports" / "runs").mkdir(parents=True)
    return tmp_path


def test_overhead_is_all_that_is_not_work(root: Path) -> None:
    (root / "reports/runs/load.json").write_text(json.dumps({**RECORD, "cells": []}))
    (record,) = read_run_records(root)
    assert record.stage == "load"
    assert overhead_pct([record]) == pytest.approx(40.0)


def test_without_a_run_the_reader_is_told_what_to_do(root: Path) -> None:
    with pytest.raises(StageError, match="no stage has run yet; run `make repro`"):
        read_run_records(root)


@pytest.mark.parametrize("text", ["{", '{"stage": "load"}'])
def test_a_damaged_record_is_named(root: Path, text: str) -> None:
    (root / "reports/runs/load.json").write_text(text)
    with pytest.raises(StageError, match=r"load\.json in reports/runs is damaged"):
        read_run_records(root)
