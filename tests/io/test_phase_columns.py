"""Phases are taken by name or where there is no choice; every other table is refused with the choices."""

from __future__ import annotations

import numpy as np
import pytest
from recording_texts import FS, SECONDS, N, R, S, T, reader, text_of

from diagmod.io.refusals import UnreadableRecording

VOLTS = 100 * R


@pytest.fixture
def read(tmp_path):
    return reader(tmp_path)


@pytest.mark.parametrize(
    "names",
    [
        "R,S,T", "a,b,c", "U,V,W", "L1,L2,L3", "IR,IS,IT", "Ia,Ib,Ic", "iL1,iL2,iL3", "I1,I2,I3", "isa,isb,isc",
        "current_R,current_S,current_T", "Phase A,Phase B,Phase C", "Phase A current,Phase B current,Phase C current",
        "I_R [A],I_S [A],I_T [A]", "Current L1 (A),Current L2 (A),Current L3 (A)", "I_a_A,I_b_A,I_c_A",
        "Motor current R,Motor current S,Motor current T", "I(R),I(S),I(T)", "I(A),I(B),I(C)", "i_a(t),i_b(t),i_c(t)",
        "Ток А,Ток В,Ток С", "Ток фазы A,Ток фазы B,Ток фазы C", "Strom L1,Strom L2,Strom L3", "I_R/A,I_S/A,I_T/A",
    ],
)  # fmt: skip
def test_names_of_phases_give_their_order(names, read):
    """The columns stand as T, R, S; the names put them right."""
    first, second, third = names.split(",")
    recording = read(text_of(f"{third},{first},{second}", T, R, S), fs=FS)
    np.testing.assert_array_equal(recording.currents, [R, S, T])
    assert recording.columns == (first, second, third)
    assert recording.notes == ()


@pytest.mark.parametrize(
    "heading",
    [
        "t,U_a,U_b,U_c,I_a,I_b,I_c",
        "t,Ua,Ub,Uc,Ia,Ib,Ic",
        "t,U1,U2,U3,I1,I2,I3",
        "t,Voltage R,Voltage S,Voltage T,Current R,Current S,Current T",
        "t,U [V],V [V],W [V],I_U [A],I_V [A],I_W [A]",
        "t,Напряжение A,Напряжение B,Напряжение C,Ток A,Ток B,Ток C",
    ],
)
def test_voltages_beside_the_currents_are_no_phases(heading, read):
    recording = read(text_of(heading, SECONDS, VOLTS, VOLTS, VOLTS, R, S, T))
    np.testing.assert_array_equal(recording.currents, [R, S, T])


@pytest.mark.parametrize("heading", ["t,U,I", "t,V,I", "t,U (V),I (A)", "t,Voltage,Current", "t,speed_rpm,ch1"])
def test_of_one_voltage_and_one_current_the_current_is_taken(heading, read):
    recording = read(text_of(heading, SECONDS, VOLTS, R))
    np.testing.assert_array_equal(recording.currents[0], R)
    assert np.isnan(recording.currents[1:]).all()
    assert any("is no current by its name and was left out" in note for note in recording.notes)


def test_of_several_columns_the_only_one_called_current_is_taken(read):
    recording = read(text_of("t,aux,Motor current (A),gate", SECONDS, VOLTS, R, S))
    assert recording.columns == ("Motor current (A)", "", "")
    assert "column 2 aux, 4 gate does not say that it is a current and was left out" in recording.notes


def test_one_phase_that_is_named_leaves_the_others_absent(read):
    recording = read(text_of("t,I_S", SECONDS, S))
    assert recording.columns == ("", "I_S", "")
    assert "no column is named for phase R and T; it counts as absent" in recording.notes


def test_a_column_called_currents_is_not_phase_s(read):
    assert read(text_of("t,currents", SECONDS, R)).columns == ("currents", "", "")


def test_the_only_column_is_phase_r(read):
    recording = read(text_of("", R), fs=FS)
    np.testing.assert_array_equal(recording.currents[0], R)
    assert recording.notes == ("the only column of numbers (1) was taken as phase R",)


def test_three_columns_without_a_phase_name_are_taken_in_their_order(read):
    recording = read(text_of("CH1,CH2,CH3", R, S, T), fs=FS)
    np.testing.assert_array_equal(recording.currents, [R, S, T])
    assert recording.notes == ("columns 1 CH1, 2 CH2, 3 CH3 were taken as R, S, T in this order",)


@pytest.mark.parametrize("name", ["", "index", "Sample no", "N", "№"])
@pytest.mark.parametrize("first", [0, 1, 5000])
def test_a_column_that_counts_the_samples_is_no_phase(name, first, read):
    """Without a name it must begin at 0 or 1: another beginning may be anything."""
    text = text_of(f"{name},CH1,CH2,CH3", np.arange(first, first + N), R, S, T)
    if not any(map(str.isalnum, name)) and first == 5000:
        with pytest.raises(UnreadableRecording, match=r"has 4 column.* and none is clearly a phase"):
            read(text, fs=FS)
    else:
        recording = read(text, fs=FS)
        np.testing.assert_array_equal(recording.currents, [R, S, T])
        assert any("counts the samples and was left out" in note for note in recording.notes)


def test_a_side_column_of_a_few_numbers_is_no_phase(read):
    side = ["10000", "5", *[""] * (N - 2)]
    recording = read(text_of("t,I_R,", SECONDS, R, side))
    assert recording.columns == ("I_R", "", "")
    assert "column 3 holds few numbers and was left out" in recording.notes


def test_t_is_time_where_it_rises_and_phase_t_where_it_does_not(read):
    assert read(text_of("t,R,S", SECONDS, R, S)).time_column == "t"
    assert read(text_of("t;R;S;T", SECONDS, R, S, T, mark=";")).columns == ("R", "S", "T")
    assert read(text_of("r,s,t", R, S, T), fs=FS).columns == ("r", "s", "t")


def test_coarse_stamps_in_a_column_t_are_time(read):
    """5 kHz with stamps of 1 ms: five equal ones in succession."""
    recording = read(text_of("t,R,S", np.floor(np.arange(N) / 5) / 1000, R, S))
    assert recording.time_column == "t"


def test_a_column_of_text_is_left_out_and_noted(read):
    """A log of a serial line has the first channel in it."""
    logged = [f"08:00:00.{k:03d} -> {r:g}" for k, r in enumerate(R)]
    recording = read(text_of("", logged, R, S, T), fs=FS)
    assert "column 1 holds text and was left out" in recording.notes


# --- refused


def test_more_columns_than_phases_are_refused_with_the_choices(read):
    sentence = (
        r"has 4 column\(s\) of numbers and none is clearly a phase \(1 p, 2 q, 3 x, 4 y\); choose R,S,T by --phase"
    )
    with pytest.raises(UnreadableRecording, match=sentence + "-columns, for example --phase-columns 1,2,3"):
        read(text_of("p,q,x,y", R, S, T, R), fs=FS)


def test_a_rising_column_is_not_taken_as_a_phase(read):
    with pytest.raises(UnreadableRecording, match="column 1 x rises steadily: time is chosen by --time-column"):
        read(text_of("x,p,q", SECONDS, R, S), fs=FS)


def test_a_table_of_nothing_but_time_is_refused(read):
    with pytest.raises(UnreadableRecording, match="holds no column of numbers that could be a current; export it"):
        read(text_of("t,remark", SECONDS, ["x"] * N))


@pytest.mark.parametrize("heading", ["R,S,T,A,B,C", "R,S,T,I_R,I_S,I_T", "I_R,I_S,I_T,IR,IS,IT"])
def test_two_sets_of_phases_are_refused_with_the_choices(heading, read):
    with pytest.raises(UnreadableRecording, match=r"more than one set of columns that look like phases \(1 .*, 6 .*\)"):
        read(text_of(heading, R, S, T, R, S, T), fs=FS)


# --- declared


def test_declared_columns_win_over_names(read):
    text = text_of("t,R,S,T", SECONDS, R, S, T)
    assert read(text, phase_columns=("T", "S", "R")).columns == ("T", "S", "R")
    np.testing.assert_array_equal(read(text, phase_columns=("4", "-", "2")).currents[[0, 2]], [T, R])
    assert read(text, phase_columns=("s",)).columns == ("S", "", "")


def test_a_declared_column_may_be_named_without_its_unit(read):
    assert read(text_of("t,U [V],x [A]", SECONDS, VOLTS, R), phase_columns=("x",)).columns == ("x [A]", "", "")


def test_a_number_that_is_a_name_means_the_name(read):
    assert read(text_of("t,3,2,1", SECONDS, R, S, T), phase_columns=("1",)).columns == ("1", "", "")
    np.testing.assert_array_equal(read(text_of("t,3,2,1", SECONDS, R, S, T), phase_columns=("1",)).currents[0], T)


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (("X",), "x.csv has no column 'X', asked for by --phase-columns; it has 1 t, 2 R, 3 S, 4 r, 5 text, 6"),
        (("7",), "has no column '7', asked for by --phase-columns"),
        (("0",), "has no column '0'"),
        (("9" * 5000,), "has no column '9+'"),
        (("R", "2"), r"--phase-columns names a column of x.csv twice: 2 R, 2 R"),
        (("text",), "column 5 text of x.csv holds no numbers; choose another by --phase-columns"),
        (("6",), "column 6 of x.csv holds no numbers"),
    ],
)
def test_a_declared_column_that_cannot_be_taken_is_refused(wanted, sentence, read):
    text = text_of("t,R,S,r,text,", SECONDS, R, S, T, ["x"] * N, [""] * N)
    with pytest.raises(UnreadableRecording, match=sentence):
        read(text, phase_columns=wanted)


def test_a_declared_name_that_several_columns_have_is_refused(read):
    with pytest.raises(
        UnreadableRecording, match=r"has 2 columns 'ch' \(2 CH, 3 Ch\); give the number of one of them to"
    ):
        read(text_of("t,CH,Ch", SECONDS, R, S), phase_columns=("ch",))
