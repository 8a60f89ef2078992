"""The map of recordings by motor and week."""

from __future__ import annotations

import numpy as np
from handmade_interim import recordings

from diagmod.io.overview_tables import by_week
from diagmod.views.overview_figures import week_figure


def test_the_map_holds_every_recording_and_leaves_weeks_without_one_empty():
    times = {"M2": ["2026-01-05", "2026-01-06", "2026-01-26"], "M1": ["2026-01-12"]}
    table = recordings(*({"motor_id": m, "started_at": f"{day}T08:00Z"} for m, days in times.items() for day in days))
    (field,) = week_figure(by_week(table)).data
    assert list(field.y) == ["M1", "M2"]
    assert [str(week)[:10] for week in field.x] == ["2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26"]
    assert np.nan_to_num(field.z).tolist() == [[0, 1, 0, 0], [2, 0, 0, 1]]


def test_a_map_of_nothing_is_drawn_empty_and_one_of_many_motors_keeps_its_height():
    assert week_figure(by_week(recordings())).layout.height > 0
    many = recordings(*({"motor_id": f"M{k:03d}", "started_at": "2026-01-05T08:00Z"} for k in range(500)))
    assert week_figure(by_week(many)).layout.height <= 900
