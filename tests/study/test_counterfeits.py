"""The nine counterfeits, each over many seeds, motors and loads: none may fool the diagnosis."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor

import pytest
from counterfeits import CASES, judge
from study_table import StudyTable

#: Seeds of every case; each draws its own motor, supply, load and recorder.
SEEDS = range(24)

TABLE = StudyTable("counterfeits", ("n", "right", "pole_pairs", "loads", "slips", "wrong"))


def _answer(work: tuple[int, int]) -> tuple[list[str], int, float, float]:
    number, seed = work
    _, run, wrong = judge(CASES[number], seed)
    return wrong, run.experiment.machine.pole_pairs, run.experiment.load_share, run.truth.slip


@pytest.mark.study
@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_no_counterfeit_fools_the_diagnosis(number: int) -> None:
    case = CASES[number]
    if TABLE.has(case.name):
        return
    with ProcessPoolExecutor(2) as pool:
        answers = list(pool.map(_answer, [(number, seed) for seed in SEEDS]))
    wrong = [f"seed {seed}: {', '.join(answer[0])}" for seed, answer in zip(SEEDS, answers, strict=True) if answer[0]]
    loads, slips = [a[2] for a in answers], [a[3] for a in answers]
    TABLE.add(
        case.name,
        n=len(answers),
        right=len(answers) - len(wrong),
        pole_pairs=" ".join(str(p) for p in sorted({a[1] for a in answers})),
        loads=f"{min(loads):.2f} to {max(loads):.2f}",
        slips=f"{min(slips):.4f} to {max(slips):.4f}",
        wrong="; ".join(wrong),
    )
    assert not wrong
