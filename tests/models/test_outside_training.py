"""A recording unlike what a model knows is said to be so; one that is like it is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from handmade_rows import handmade_rows

from diagmod.models.outside_training import warnings_of


def test_healthy_recordings_of_known_motors_have_no_warning() -> None:
    rows = handmade_rows().of_set("all")
    known = rows.only(rows.is_reference)
    assert warnings_of(known, known) == [()] * len(known)


def test_another_kind_of_motor_a_new_one_and_a_strange_load_are_told() -> None:
    rows = handmade_rows().of_set("all")
    known, one = rows.only(rows.is_reference), rows.only(np.arange(len(rows)) == 0)
    (told,) = warnings_of(replace(one, values=one.values + 500), known)
    (text,) = told
    assert text.startswith("100 % of its figures lie outside the range of the known healthy recordings")
    (told,) = warnings_of(replace(one, motor=np.array(["X9"])), known)
    assert told[0].startswith("motor X9 is new to the model, so it is compared with the fleet")
    (told,) = warnings_of(replace(one, load=np.array([0.05])), known)
    assert told[0].startswith("a load of 5 % of rated lies outside the 3")
    (told,) = warnings_of(replace(one, load=np.array([np.nan])), known)
    assert told[0].startswith("the load is not known")


def test_a_figure_that_no_known_recording_has_is_no_reason_to_warn() -> None:
    rows = handmade_rows().of_set("all")
    known = rows.only(rows.is_reference)
    known.values[:, 2] = np.nan
    one = rows.only(np.arange(len(rows)) == 0)
    assert warnings_of(one, known) == [()]
