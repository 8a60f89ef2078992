"""What models said meets what is known, once a recording."""

from __future__ import annotations

import pandas as pd
import pytest
from handmade_interim import recordings

from diagmod.models.judged_recordings import KNOWN, SAID, cases, judged_recordings

CATALOGUE = recordings({"recording_id": "r1"}, {"recording_id": "r2", "condition": "broken_bar", "severity": 0.5})
ROWS = pd.DataFrame(
    {
        "split": "leave_group_out",
        "model": ["b", "a", "a"],
        "recording_id": ["r1", "r1", "r2"],
        "score": 0.0,
        "is_flagged": [True, False, True],
    }
)


def test_every_row_gets_what_the_catalogue_knows():
    table = judged_recordings(ROWS, CATALOGUE)
    assert list(table.columns) == [*SAID, *KNOWN]
    assert table["condition"].tolist() == ["healthy", "healthy", "broken_bar"]
    assert [about["model"] for about, _ in cases(table)] == ["a", "b"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (ROWS.drop(columns="score"), "lacks column 'score'"),
        (ROWS.assign(recording_id="r9"), "recording r9 was judged and is not in the catalogue"),
        (ROWS.assign(model="a"), "model a judges recording r1 twice in split leave_group_out"),
    ],
)
def test_what_does_not_fit_is_refused(rows, said):
    with pytest.raises(ValueError, match=said):
        judged_recordings(rows, CATALOGUE)
