"""Thousands of damaged current files: the right samples, or one sentence, and nothing left behind."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from ingest_mutations import check_seed
from study_table import StudyTable

#: Seeds of one part; small parts keep a failing seed quick to repeat.
PART = 1000

TABLE = StudyTable("ingest_fuzz", ("read_right", "refused_in_a_sentence"))


@pytest.mark.study
@pytest.mark.parametrize("part", range(1, 13))
def test_every_damaged_file_is_read_right_or_refused_in_a_sentence(part: int, tmp_path: Path) -> None:
    case = f"seeds {part * PART} to {(part + 1) * PART - 1}"
    if TABLE.has(case):
        return
    outcomes = Counter(check_seed(seed, tmp_path) for seed in range(part * PART, (part + 1) * PART))
    assert sum(outcomes.values()) == PART
    assert min(outcomes["ingested"], outcomes["refused"]) > PART // 5
    TABLE.add(case, read_right=outcomes["ingested"], refused_in_a_sentence=outcomes["refused"])
