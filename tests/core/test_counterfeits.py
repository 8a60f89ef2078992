"""The recordings that fool a careless diagnosis, two motors of each; the study judges many more."""

from __future__ import annotations

import pytest
from counterfeits import CASES, Case, judge


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_is_wrong_with_the_diagnosis_of_a_counterfeit(case: Case, seed: int) -> None:
    found, _, wrong = judge(case, seed)
    assert wrong == [], found.sentence
