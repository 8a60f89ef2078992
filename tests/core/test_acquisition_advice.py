"""Advice on an acquisition: what to change, once, and none where nothing can be changed."""

from __future__ import annotations

import re
from dataclasses import replace

from good_figures import MADE
from sampled_recordings import recorded

from diagmod.core.acquisition_advice import advice
from diagmod.core.prepared import prepare
from diagmod.core.verdicts import Reason


def test_advice_says_what_to_change_and_nothing_twice():
    reasons = tuple(Reason(code, "why") for code in ("jitter", "uneven_stamps", "samples_lost", "stamp_gap", "clipped"))
    assert advice(reasons, prepare(recorded(5000.0, 6.0).currents, 5000.0)) == (
        "Use a recorder that samples by hardware at a fixed rate; software timers do not do.",
        "Use a recorder with a buffer, or a lower rate that it sustains.",
        "Enlarge the range until the peaks of the current use 50 to 80 % of it.",
    )


def test_a_recording_of_a_few_seconds_is_advised_to_be_longer():
    assert advice((), MADE) == ("Record 10 s or more: lines near the supply line need it.",)
    assert advice((), prepare(recorded(5000.0, 6.0).currents, 5000.0)) == ()
    assert advice((Reason("frequency_drift", "why"),), replace(MADE, carrier=None)) == ()


def test_every_reason_that_is_a_mistake_of_the_acquisition_has_advice():
    """What only the motor, its supply or its load can change has none."""
    mistakes = (
        "samples_repeated", "samples_lost", "jitter", "uneven_stamps", "stamp_gap", "clipped", "phase_missing",
        "phases_alike", "wiring", "high_floor", "unequal_channels", "unsteady_load", "short", "too_short", "low_rate",
        "rate_too_low",
    )  # fmt: skip
    made = replace(MADE, carrier=None)
    for code in mistakes:
        (line,) = advice((Reason(code, "why"),), made)
        assert re.fullmatch(r"[A-Z].*\.", line)
