"""What limits conclusions: silent below the limit, above it a sentence with what, how much and what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from good_figures import GOOD, MADE, NAN, clock, limited, refused

from diagmod.core.audit_limits import CALIBRATED
from diagmod.core.channels import Channels
from diagmod.core.inverter import Supply
from diagmod.core.limiting_reasons import limiting
from diagmod.core.stationarity import Steadiness
from diagmod.core.wiring import Wiring


@pytest.mark.parametrize(
    ("clipped_pct", "limit", "refusal"),
    [(0.19, "", ""), (0.21, "0.21", ""), (14.9, "15", ""), (15.2, "", "15"), (99.9, "", "100")],
)
def test_clipping_limits_from_a_fifth_of_a_percent_and_refuses_from_15(clipped_pct, limit, refusal):
    for found, pct in ((limited(clipped_pct=clipped_pct), limit), (refused(clipped_pct=clipped_pct), refusal)):
        text = f"{pct} % of the samples stand at the end of the range; record with a larger range"
        assert found == ({"clipped": text} if pct else {})


def test_an_offset_is_said_from_a_tenth_of_the_rms():
    assert limited(offset_pct=9.9) == {}
    assert limited(offset_pct=23.4) == {"offset": "the offset is 23 % of the rms; check the zero of the sensor"}


@pytest.mark.parametrize(
    ("usable", "phases", "text"),
    [
        ("RS", "R", "phase T carries no current or is absent; phase R alone is analysed"),
        ("S", "S", "phases R and T carry no current or are absent; phase S alone is analysed"),
    ],
)
def test_missing_phases_are_named(usable, phases, text):
    found = limited(replace(MADE, usable=usable, phases=phases))
    assert list(found) == ["phase_missing"]
    assert found["phase_missing"] == f"{text}, and nothing can be said of unbalance"


def test_phases_that_are_alike_are_said_rather_than_a_wiring():
    alike, exchanged = Wiring(alike="RS"), Wiring("RTS")
    assert limited(replace(MADE, wiring=alike)) == {"phases_alike": alike.note}
    assert limited(replace(MADE, wiring=exchanged)) == {"wiring": exchanged.note}


def test_a_short_or_slow_recording_and_a_high_floor_limit():
    assert limited(replace(MADE, vector=MADE.vector[:4000])) == {"short": "0.8 s resolve little; record 10 s or more"}
    assert limited(replace(MADE, fs=940.0)) == {
        "low_rate": "940 Hz show no slot harmonics and few bearing tones; record at 5 kHz or more"
    }
    assert limited(replace(MADE, fs=960.0)) == {}
    assert limited(floor_dbc=-57.5) == {}
    assert limited(floor_dbc=-48.0) == {
        "high_floor": "the floor beside the supply line is -48 dBc, so that lines show only from -36 dBc; record "
        "longer, with less noise or a smaller range"
    }


def test_channels_are_said_to_be_unequal_with_what_is_known():
    assert limited(channels=Channels(1.9, (5.0, 0.0), (0.0, 0.0), 1.9)) == {}
    assert limited(channels=Channels(2.44, (7.31, -0.04), (12.3, 24.9), 2.6))["unequal_channels"] == (
        "the three currents do not add up to zero (2.4 % of the positive sequence): against R the gain of S and T is "
        "off by +7.3 and +0.0 % and they are sampled +12 and +25 us later, which makes up to 2.6 % of negative "
        "sequence; calibrate the channels"
    )
    assert limited(channels=Channels(2.44, (NAN, NAN), (NAN, NAN), 2.44))["unequal_channels"] == (
        "the three currents do not add up to zero (2.4 % of the positive sequence): the channels have unequal gain or "
        "the motor has a neutral conductor, and up to 2.4 % of negative sequence may be the instruments'; exchange two "
        "sensors and record again"
    )


def test_an_unsteady_load_is_said_in_the_words_of_its_stretch():
    assert limited(steadiness=Steadiness(0.0, 2.0, 9.0, "it moves")) == {"unsteady_load": "it moves"}


@pytest.mark.parametrize(
    ("share", "shown"), [(0.091, "0.091"), (0.11, ""), (2.9, ""), (3.1, "3.1"), (1000.0, "1000"), (NAN, "")]
)
def test_a_current_far_from_the_rated_one_is_doubted(share, shown):
    text = f"the current is {shown} times the rated one; check unit, transformer ratio and nameplate"
    assert limited(rms_over_rated=share) == ({"unit_doubtful": text} if shown else {})


def test_a_supply_that_is_no_stiff_mains_is_said():
    assert limited(drift_hz=0.14) == {}
    assert limited(drift_hz=0.31)["frequency_drift"].startswith(
        "the supply frequency moves by 0.31 Hz within the record"
    )
    assert limited(supply=Supply(2000.4, is_mains_frequency=False)) == {
        "inverter_supply": "the motor is fed by an inverter that switches at 2000 Hz or at an alias of it; its control "
        "can make lines of its own"
    }
    assert limited(supply=Supply(NAN, is_mains_frequency=False), line_hz=43.0012) == {
        "no_mains_frequency": "the supply frequency reads 43.001 Hz, which no mains has: the motor is fed by an "
        "inverter or the sampling rate is stated wrongly; check the rate"
    }


def test_without_a_carrier_only_what_needs_none_is_said():
    found = limited(replace(MADE, carrier=None), "3 missing samples were bridged", offset_pct=30.0, floor_dbc=-20.0)
    assert list(found) == ["gaps", "offset"]


def test_every_limit_is_said_once_and_in_order_of_consequence():
    made = replace(MADE, usable="RS", phases="R", fs=600.0, vector=MADE.vector[:500])
    found = limited(made, "a note", clipped_pct=5.0, offset_pct=50.0, floor_dbc=-30.0, drift_hz=1.0, rms_over_rated=9.0)
    assert list(found) == [
        "gaps", "phase_missing", "clipped", "offset", "short", "low_rate", "high_floor", "unit_doubtful",
        "frequency_drift",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "limit", "figures"),
    [
        ("clipped_pct", 4.0, {"clipped_pct": 3.0}),
        ("offset_pct", 30.0, {"offset_pct": 20.0}),
        ("high_floor_dbc", -40.0, {"floor_dbc": -50.0}),
        ("unequal_pct", 5.0, {"channels": Channels(3.0, (NAN, NAN), (NAN, NAN), 3.0)}),
        ("most_rated", 12.0, {"rms_over_rated": 9.0}),
        ("least_rated", 0.01, {"rms_over_rated": 0.05}),
        ("drift_hz", 1.0, {"drift_hz": 0.5}),
        ("few_repeats_pct", 0.1, {"clock": clock(repeat_pct=0.05)}),
        ("short_s", 0.2, {}),
        ("least_rate", 5.0, {}),
    ],
)
def test_every_limit_can_be_set(field, limit, figures):
    """0.8 s at 900 Hz, which is short and slow by default."""
    made = replace(MADE, fs=900.0, vector=MADE.vector[:720])
    default = limiting(replace(GOOD, **figures), made)
    lenient = limiting(replace(GOOD, **figures), made, "", replace(CALIBRATED, **{field: limit}))
    (gone,) = {reason.code for reason in default} - {reason.code for reason in lenient}
    (reason,) = [reason for reason in default if reason.code == gone]
    assert reason.limit == getattr(CALIBRATED, field)
