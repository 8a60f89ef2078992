"""Start-ups of sampled motors: how often the V of a broken bar is seen, and how often a sound cage is taken for one."""

from __future__ import annotations

import pytest
from sampled_startups import FS, sampled_startup
from study_table import StudyTable

from diagmod.core.startup import find_startup
from diagmod.core.startup_ridge import follow_lower_sideband
from diagmod.core.symmetrical import space_vector

#: Broken bars with which every motor starts.
BARS = (0.0, 0.5, 1.0, 2.0)

#: Motors, and how many of a hundred start-ups of one broken bar may be missed in a space vector and in one phase.
SEEDS, MOST_MISSED = range(120), {"space vector": 0.01, "one phase": 0.05}

TABLE = StudyTable("startups", ("followed", "v_seen", "as_of_a_broken_bar", "lowest_dbc", "highest_dbc"))


@pytest.mark.study
@pytest.mark.parametrize("bars", BARS)
def test_a_broken_bar_is_seen_at_start_up_and_a_sound_cage_is_never_taken_for_one(bars: float) -> None:
    cases = {name: f"{name}, {bars:g} bars" for name in MOST_MISSED}
    if all(TABLE.has(case) for case in cases.values()):
        return
    paths: dict[str, list] = {name: [] for name in cases}
    for seed in SEEDS:
        run = sampled_startup(seed, bars)
        for name, x in (("space vector", space_vector(run.currents)), ("one phase", run.currents[0])):
            startup = find_startup(x, FS, run.line_hz)
            if startup.is_found:
                paths[name].append(follow_lower_sideband(x, FS, run.line_hz, startup.begin_s, startup.end_s))
    for name, found in paths.items():
        seen = [path for path in found if path.is_v_seen]
        broken = sum(path.is_as_of_a_broken_bar for path in found)
        levels = sorted(path.middle_dbc for path in seen)
        TABLE.add(
            cases[name],
            followed=len(found),
            v_seen=len(seen),
            as_of_a_broken_bar=broken,
            lowest_dbc=f"{levels[0]:.1f}" if levels else "",
            highest_dbc=f"{levels[-1]:.1f}" if levels else "",
        )
        if bars == 0.0:
            assert broken == 0
        if bars >= 1.0:
            assert broken >= (1 - MOST_MISSED[name]) * len(found)
