"""What a recording without a line may hide follows from the levels at the place of the line, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from handmade_currents import FS_HZ, MOTOR, handmade_currents
from handmade_diagnosis import BAR, FOUND

from diagmod.core.diagnosis import diagnose
from diagmod.core.hidden_faults import hidden_severity
from diagmod.core.observation import rotor_over_stator_current
from diagmod.core.verdicts import Evidence, FaultVerdict, Verdict

LOAD = FOUND.load_share


def quiet(name="broken_bar", *levels, floor=-90.0, verdict=Verdict.NOT_SUPPORTED):
    lines = {"broken_bar": ("f(1-2s)", "f(1+2s)"), "eccentricity": ("f-fr", "f+fr")}[name]
    evidence = tuple(Evidence(n, 49.0, x, floor, x - floor) for n, x in zip(lines, levels, strict=True))
    return FaultVerdict(name, verdict, "", evidence)


def test_bars_that_may_hide_are_the_sum_of_both_places_over_the_rotor_current():
    """-60 and -66 dBc are 1 and 0.501 thousandths; times 28 bars over |Ir / Is| of the load."""
    expected = 1.501e-3 * 28 / rotor_over_stator_current(LOAD).value
    assert hidden_severity(quiet("broken_bar", -60.0, -66.0), FOUND, 28) == pytest.approx(expected, rel=1e-3)


def test_a_place_holds_at_least_its_floor():
    assert hidden_severity(quiet("broken_bar", -120.0, -120.0, floor=-80.0), FOUND, 28) == pytest.approx(
        hidden_severity(quiet("broken_bar", -80.0, -80.0), FOUND, 28)
    )


def test_shaft_lines_that_may_hide_are_held_against_the_rated_current():
    """Half of the rated current is 6.02 dB less."""
    half = replace(FOUND, quality=replace(FOUND.quality, figures={"rms_over_rated": 0.5}))
    assert hidden_severity(quiet("eccentricity", -60.0, -70.0), half, None) == pytest.approx(-66.02, abs=0.01)


def test_nothing_is_hidden_where_it_was_measured_or_cannot_be_decided_or_is_not_known():
    assert np.isnan(hidden_severity(BAR, FOUND, 28))
    assert np.isnan(hidden_severity(quiet("broken_bar", -60.0, -66.0, verdict=Verdict.CANNOT_DECIDE), FOUND, 28))
    assert np.isnan(hidden_severity(replace(quiet("broken_bar", -60.0, -66.0), evidence=()), FOUND, 28))
    assert np.isnan(hidden_severity(quiet("broken_bar", -60.0, -66.0), replace(FOUND, load_share=None), 28))
    assert np.isnan(hidden_severity(quiet("eccentricity", -60.0, -70.0), FOUND, None))
    assert np.isnan(hidden_severity(FOUND.faults[2], FOUND, None))


def test_a_line_that_just_shows_is_near_what_would_have_been_hidden_without_it():
    """The same motor with a line of -62 dBc on either side, and with none above the noise."""

    def bars(bars_dbc, noise_dbc):
        diagnosis = diagnose(handmade_currents(bars_dbc=bars_dbc, noise_dbc=noise_dbc), FS_HZ, MOTOR)
        verdict = diagnosis.fault("broken_bar")
        measured = verdict.severity.interval.value if verdict.severity else np.nan
        return measured, hidden_severity(verdict, diagnosis, MOTOR.rotor_bars)

    shown, (none, hidden) = bars(-62.0, -60.0), bars(-120.0, -60.0)
    assert np.isnan(shown[1]) and np.isnan(none)
    assert 0 < hidden < shown[0]
