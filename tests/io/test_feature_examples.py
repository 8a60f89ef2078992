"""Two recordings to compare, chosen by what is known of them, or one and the reason."""

from __future__ import annotations

import numpy as np
import pytest
from handmade_currents import handmade_currents
from handmade_features import handmade_set

from diagmod.io.feature_examples import contrast, contrast_in_words, signatures_in_words

CALM = handmade_currents(bars_dbc=-100.0, seed=1)
SICK = handmade_currents(bars_dbc=-35.0)


@pytest.fixture(scope="module")
def pair_of(tmp_path_factory):
    return handmade_set(
        tmp_path_factory.mktemp("pair"),
        {
            "far": ("healthy", 5 * CALM), "near": ("healthy", CALM), "hurt": ("broken_bar", SICK),
            "unsaid": ("", SICK),
        },
    )  # fmt: skip


def test_the_healthy_recording_comes_first_and_is_the_one_of_like_current(pair_of):
    assert [example.recording_id for example in pair_of.pair.examples] == ["near", "hurt"]
    assert pair_of.pair.words.startswith("near.csv (healthy, motor M1) beside hurt.csv (broken bar, motor M1)")


def test_what_a_broken_bar_modulates_is_what_differs(pair_of):
    """Both sidebands of -35 dBc swing the amplitude by up to 3.6 %; noise and load are the same."""
    table = contrast(pair_of.tables, pair_of.pair, "envelope").set_index("feature")
    assert table.loc["am_slow", "second"] > 10 * table.loc["am_slow", "first"]
    assert table.loc["am_slow", "spreads"] > 3
    words = contrast_in_words(table.reset_index(), pair_of.pair, "envelope")
    assert words.startswith("We see ") and "in the healthy and" in words
    assert "A " not in contrast_in_words(contrast(pair_of.tables, pair_of.pair, "time"), pair_of.pair, "time")


def test_words_count_the_lines_that_stand_out(pair_of):
    words = signatures_in_words(pair_of.tables, pair_of.pair)
    assert "in near.csv" in words and "in hurt.csv, the highest over its floor" in words


@pytest.mark.parametrize(
    ("recordings", "shown", "reason"),
    [
        ({"b": ("", SICK), "a": ("", SICK)}, ["a"], "a.csv alone: no recording fit to be compared is labelled faulty"),
        ({"a": ("healthy", CALM)}, ["a"], "is labelled faulty"),
        ({"a": ("broken_bar", SICK)}, ["a"], "is labelled healthy"),
        ({}, [], "there is no recording"),
    ],
)
def test_without_a_pair_one_recording_is_shown_and_the_reason_said(tmp_path, recordings, shown, reason):
    found = handmade_set(tmp_path, recordings)
    assert [example.recording_id for example in found.pair.examples] == shown
    assert reason in found.pair.words
    for group in ("time", "signatures"):
        words = contrast_in_words(contrast(found.tables, found.pair, group), found.pair, group)
        assert "no second recording" in words or "switched off, or undefined" in words
    assert signatures_in_words(found.tables, found.pair)


def test_single_phase_is_shown_and_what_it_lacks_is_undefined(tmp_path):
    alone = np.full_like(SICK, np.nan)
    alone[0] = SICK[0]
    found = handmade_set(tmp_path, {"a": ("broken_bar", alone)})
    table = contrast(found.tables, found.pair, "interphase")
    assert table["first"].isna().all()
    assert "undefined" in contrast_in_words(table, found.pair, "interphase")
