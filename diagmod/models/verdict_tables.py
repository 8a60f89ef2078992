"""Verdicts as the ``evaluate`` stage keeps them: changes since the baseline, and how often verdicts are right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from diagmod.core.verdicts import Verdict
from diagmod.io.schemas import BASELINE_CHANGES, LABEL_AUDIT, VERDICT_COUNTS
from diagmod.io.tables import write_table
from diagmod.models.baseline import Baseline, baseline_in_words, compare_with_baseline
from diagmod.models.verdict_evaluation import (
    CHANGE,
    DIAGNOSIS,
    count_verdicts,
    faults_of,
    judge_verdicts,
    verdicts_in_words,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from diagmod.models.evaluation import Judged
    from diagmod.models.label_audit import LabelAudit


@dataclass(frozen=True)
class VerdictTables:
    """Changes since a baseline, and both kinds of verdict held against the labels.

    Attributes
    ----------
    baseline : Baseline
    changes, counts : DataFrame
        Tables ``baseline_changes`` and ``verdict_counts``.
    judged : list of Judged
        One a judge, for :class:`diagmod.models.evaluation_files.EvaluationTables`.
    """

    baseline: Baseline
    changes: pd.DataFrame
    counts: pd.DataFrame
    judged: list[Judged]

    @classmethod
    def of(
        cls, catalogue: pd.DataFrame, states: pd.DataFrame, diagnoses: pd.DataFrame, baseline: Baseline
    ) -> VerdictTables:
        """Compare with the baseline and count; arguments are those of :func:`compare_with_baseline`."""
        changes = compare_with_baseline(catalogue, states, diagnoses, baseline)
        verdicts = {DIAGNOSIS: faults_of(diagnoses), CHANGE: changes}
        return cls(baseline, changes, count_verdicts(verdicts, catalogue), judge_verdicts(verdicts, catalogue))

    def changes_in_words(self) -> str:
        """What the comparison with the baseline found, in one sentence."""
        return baseline_in_words(self.changes, self.baseline)

    def in_words(self) -> str:
        """How right the verdicts are, a line a judge."""
        return verdicts_in_words(self.counts)

    def found(self, catalogue: pd.DataFrame) -> pd.DataFrame:
        """Changes that were found: columns file, motor_id, fault, change, change_unit, points_to, sentence."""
        shown = self.changes[self.changes["verdict"] == Verdict.SUPPORTED]
        joined = shown.merge(catalogue[["recording_id", "file"]], on="recording_id", how="left")
        return joined[["file", "motor_id", "fault", "change", "change_unit", "points_to", "sentence"]]


def write_verdicts(tables: VerdictTables, audit: LabelAudit, folder: Path, lineage: dict[str, Any]) -> None:
    """Write verdict counts, changes since the baseline and the audit of labels into ``data/processed/evaluation``.

    Parameters
    ----------
    tables : VerdictTables
    audit : LabelAudit
        Its sentence is the reason where its table is empty.
    folder : Path
    lineage : dict
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = (
        (tables.counts, VERDICT_COUNTS, "there is no label to hold a verdict against"),
        (tables.changes, BASELINE_CHANGES, "there is no recording to compare"),
        (audit.table, LABEL_AUDIT, audit.in_words),
    )
    for frame, schema, reason in written:
        path = folder / f"{schema.name}.parquet"
        write_table(frame, schema, path, lineage, reason="" if len(frame) else reason)
