"""What the last run of every stage took: read from ``reports/runs``, which the runner writes.

Timings are a record of a run, never a result: they are in no declared output.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from diagmod.io.freshness import read_quickly
from diagmod.io.stages import StageError


@dataclass(frozen=True)
class RunRecord:
    """Seconds of one stage: in all, and of that kernel start, imports, the cells' work, the report."""

    stage: str
    seconds: float
    kernel_start_s: float
    imports_s: float
    work_s: float
    report_s: float


def overhead_pct(records: list[RunRecord]) -> float:
    """Share of the wall time of some stages that was no work of their cells (%)."""
    return 100 * (1 - sum(r.work_s for r in records) / sum(r.seconds for r in records))


def read_run_records(root: Path) -> list[RunRecord]:
    """Records of the stages that have run, in the order of the pipeline.

    Raises
    ------
    StageError
        No stage has run yet, or a record is damaged.
    """
    records = []
    for stage in read_quickly(root / "dvc.yaml").get("stages") or {}:
        path = root / "reports" / "runs" / f"{stage}.json"
        if not path.is_file():
            continue
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            records.append(RunRecord(**{name: found[name] for name in RunRecord.__dataclass_fields__}))
        except (json.JSONDecodeError, KeyError) as exc:
            raise StageError(f"{path.name} in reports/runs is damaged; remove it, the next run writes it anew") from exc
    if not records:
        raise StageError("no stage has run yet; run `make repro`")
    return records
