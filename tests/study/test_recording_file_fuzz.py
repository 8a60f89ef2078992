"""Thousands of damaged recording files of every kind: a recording, or one sentence, and no other exception."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from recording_mutations import check_seed
from study_table import StudyTable

#: Seeds of one part; small parts keep a failing seed quick to repeat.
PART = 2000

TABLE = StudyTable("recording_file_fuzz", ("read", "refused_in_a_sentence"))


@pytest.mark.study
@pytest.mark.parametrize("part", range(1, 11))
def test_every_damaged_recording_is_read_or_refused_in_a_sentence(part: int, tmp_path: Path) -> None:
    case = f"seeds {part * PART} to {(part + 1) * PART - 1}"
    if TABLE.has(case):
        return
    outcomes = Counter(check_seed(seed, tmp_path) for seed in range(part * PART, (part + 1) * PART))
    assert sum(outcomes.values()) == PART
    assert min(outcomes["read"], outcomes["refused"]) > PART // 4
    TABLE.add(case, read=outcomes["read"], refused_in_a_sentence=outcomes["refused"])
