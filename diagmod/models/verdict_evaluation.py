"""How often verdicts are right, and how often they refuse, held against the labels of recordings.

A verdict has three answers, so it has no ranking and no threshold: a recording is flagged when any fault of the
machine is supported, and beside the usual figures stands the plain count of answers for every true condition. A
refusal is no error, but it is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.core.verdicts import Verdict
from diagmod.io.schemas import VERDICT_COUNTS
from diagmod.io.tables import conform, empty_table
from diagmod.models.evaluation import Judged

if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Any

#: Who judged: the diagnosis of each recording alone, and the change since the motor's baseline.
DIAGNOSIS, CHANGE = "diagnosis", "change_since_baseline"

#: The same in a sentence.
WORDS = {DIAGNOSIS: "the diagnosis of a recording alone", CHANGE: "the change since the baseline"}


def faults_of(diagnoses: pd.DataFrame) -> pd.DataFrame:
    """Verdicts on faults of the machine alone: columns recording_id, fault, verdict of a table ``diagnoses``."""
    return diagnoses.loc[diagnoses["kind"] == "fault", ["recording_id", "fault", "verdict"]]


def judge_verdicts(verdicts: Mapping[str, pd.DataFrame], catalogue: pd.DataFrame) -> list[Judged]:
    """Pair the verdicts of each judge with the labels of recordings.

    Parameters
    ----------
    verdicts : mapping of str to DataFrame
        Judge to a table with columns recording_id, fault and verdict.
    catalogue : DataFrame
        Table ``recordings``; recordings without a label are left out.

    Returns
    -------
    list of Judged
        One a judge, without scores: a recording is flagged when any fault is supported.
    """
    cases = []
    for judge, table in verdicts.items():
        known = _labelled(table.assign(is_flagged=table["verdict"] == Verdict.SUPPORTED), catalogue)
        whole = known.groupby("recording_id", sort=True, as_index=False).agg(
            is_flagged=("is_flagged", "any"), condition=("condition", "first"), group=("split_group", "first")
        )
        if len(whole):
            flag, positive = whole["is_flagged"].to_numpy(bool), (whole["condition"] != "healthy").to_numpy()
            scores = np.full(len(whole), np.nan)
            group = whole["group"].to_numpy(str)
            cases.append(Judged("recording_label", "recording", "", scores, flag, positive, group, judge, split="none"))
    return cases


def count_verdicts(verdicts: Mapping[str, pd.DataFrame], catalogue: pd.DataFrame) -> pd.DataFrame:
    """Recordings by judge, fault asked for, true condition and verdict: table ``verdict_counts``.

    Parameters
    ----------
    verdicts, catalogue
        See :func:`judge_verdicts`.
    """
    parts = []
    for judge, table in verdicts.items():
        known = _labelled(table, catalogue)
        if len(known):
            counted = pd.crosstab([known["fault"], known["condition"]], known["verdict"])
            counted = counted.reindex(columns=[str(verdict) for verdict in Verdict], fill_value=0)
            parts.append(counted.reset_index().rename_axis(columns=None).assign(judge=judge))
    if not parts:
        return empty_table(VERDICT_COUNTS)
    return conform(pd.concat(parts, ignore_index=True), VERDICT_COUNTS)


def verdicts_in_words(counts: pd.DataFrame) -> str:
    """For each judge: how healthy recordings fared, and how those with each labelled fault did; a line each."""
    if counts.empty:
        return "There is no label, so no verdict can be held against one."
    lines = []
    for judge, table in counts.groupby("judge", sort=False):
        by_fault = {str(fault): part for fault, part in table.groupby("fault", sort=False)}
        told = [_told(row) for fault, part in by_fault.items() for row in _rows(part[part["condition"] == fault])]
        of_healthy = table[table["condition"] == "healthy"]
        if len(of_healthy):
            asked = int(of_healthy[_ANSWERS].sum().sum())
            told.append(
                f"of {asked} questions to healthy recordings {int(of_healthy['supported'].sum())} were answered with a "
                f"fault and {int(of_healthy['cannot_decide'].sum())} left open"
            )
        lines.append(f"- By {WORDS[str(judge)]} we see: {'; '.join(told) or 'no label that it can judge'}.")
    return "\n".join(lines)


#: Columns of the three answers.
_ANSWERS = [str(verdict) for verdict in Verdict]


def _rows(part: pd.DataFrame) -> list[dict[Hashable, Any]]:
    return part.to_dict("records")


def _told(row: Mapping[Hashable, Any]) -> str:
    n = sum(row[answer] for answer in _ANSWERS)
    return (
        f"{str(row['fault']).replace('_', ' ')} is supported in {row['supported']} of {n} recordings that have it, not "
        f"supported in {row['not_supported']} and left open in {row['cannot_decide']}"
    )


def _labelled(table: pd.DataFrame, catalogue: pd.DataFrame) -> pd.DataFrame:
    labels = catalogue.loc[catalogue["condition"] != "", ["recording_id", "condition", "split_group"]]
    return table.merge(labels, on="recording_id", validate="many_to_one")
