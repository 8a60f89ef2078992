"""How often a healthy motor is called faulty, bad recorders, supplies and loads among the recordings."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import pytest
from healthy_recordings import draw_healthy
from proportions import wilson
from study_table import StudyTable

from diagmod.core.diagnosis import FAULTS, diagnose
from diagmod.core.verdicts import Verdict

#: Recordings in all, and in one part.
N, PART = 1000, 100

TABLE = StudyTable(
    "false_alarms", ("n", "false_alarms", "low_pct", "high_pct", *FAULTS, "unusable", "refused_bars", "where")
)


def _answer(seed: int) -> tuple[str, list[str], bool, bool]:
    condition, specimen, run = draw_healthy(seed)
    found = diagnose(run.currents, run.fs, specimen.motor, stamps_s=run.stamps_s)
    called = [v.name for v in found.faults if v.verdict == Verdict.SUPPORTED]
    return condition, called, not found.is_possible, found.fault("broken_bar").verdict == Verdict.CANNOT_DECIDE


def _add(case: str, answers: list[tuple[str, list[str], bool, bool]]) -> None:
    bad = [a for a in answers if a[1]]
    low, high = wilson(len(bad), len(answers))
    counts = Counter(name for a in bad for name in a[1])
    TABLE.add(
        case,
        n=len(answers),
        false_alarms=len(bad),
        low_pct=f"{100 * low:.2f}",
        high_pct=f"{100 * high:.2f}",
        **{name: counts[name] for name in FAULTS},
        unusable=sum(a[2] for a in answers),
        refused_bars=sum(a[3] for a in answers),
        where=" ".join(sorted({a[0].replace(" ", "_") for a in bad})),
    )


@pytest.mark.study
@pytest.mark.parametrize("first", range(0, N, PART))
def test_healthy_motors_are_recorded(first: int) -> None:
    case = f"seeds {first:04d} to {first + PART - 1:04d}"
    if TABLE.has(case):
        return
    with ProcessPoolExecutor(2) as pool:
        _add(case, list(pool.map(_answer, range(first, first + PART), chunksize=4)))


@pytest.mark.study
def test_at_most_one_in_a_hundred_healthy_recordings_is_called_faulty() -> None:
    rows = [row for row in TABLE.rows() if row["case"].startswith("seeds")]
    n, hits = sum(int(r["n"]) for r in rows), sum(int(r["false_alarms"]) for r in rows)
    low, high = wilson(hits, n)
    sums = {name: sum(int(r[name]) for r in rows) for name in (*FAULTS, "unusable", "refused_bars")}
    where = " ".join(sorted({w for r in rows for w in r["where"].split()}))
    TABLE.add(
        "all", n=n, false_alarms=hits, low_pct=f"{100 * low:.2f}", high_pct=f"{100 * high:.2f}", where=where, **sums
    )
    assert n == N
    assert hits / n <= 0.01
