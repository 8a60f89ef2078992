"""The audit of labels on made-up experiments: right labels are left alone, planted wrong ones are found."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from diagmod.models.label_audit import LabelAudit, audit_labels, audit_of_dataset

PHASES = "RST"
#: Change of I2 / I1 (percent) of a short of 10, 20, 30, 40 % of the turns, and how its angle turns with the level.
SIZE_PCT = {1: 9.0, 2: 17.5, 3: 24.0, 4: 30.0}
TURN_DEG = {1: 15.0, 2: 3.0, 3: -8.0, 4: -16.0}
R_DEG = 70.0
REPETITIONS = ("1", "2", "3", "4")


@dataclass
class Experiment:
    """Four repetitions of a healthy run and of four levels in three phases, the fault switched inside each run."""

    seed: int
    rows: list[dict] = field(default_factory=list)
    tracks: dict[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        for repetition in REPETITIONS:
            self.add("healthy", repetition, self.run())
            for phase in PHASES:
                for level in SIZE_PCT:
                    self.add(f"{phase}{level}", repetition, self.run((phase, level)))

    def change(self, phase: str, level: int) -> complex:
        size = SIZE_PCT[level] * (1 + 0.05 * self.rng.normal())
        angle = R_DEG + 120 * PHASES.index(phase) + TURN_DEG[level] + 3 * self.rng.normal()
        return complex(size * np.exp(1j * np.radians(angle)))

    def run(self, *shorts: tuple[str, int], at_once: bool = True) -> np.ndarray:
        """I2 / I1 over 5 s: normal, shorts (together or in turn), normal; a supply of its own and 0.5 % noise."""
        n, begin, end = 99, int(self.rng.integers(15, 30)), int(self.rng.integers(60, 80))
        supply = 3 + 0.6 * (self.rng.normal() + 1j * self.rng.normal())
        ratio = supply + 0.35 * (self.rng.normal(size=n) + 1j * self.rng.normal(size=n))
        if at_once:
            ratio[begin:end] += sum(self.change(*short) for short in shorts)
        else:
            for short, part in zip(shorts, np.array_split(np.arange(begin, end), len(shorts)), strict=True):
                ratio[part] += self.change(*short)
        return ratio

    def add(self, label: str, repetition: str, ratio: np.ndarray) -> None:
        key = f"{label}_{repetition}"
        is_short = label != "healthy"
        self.rows.append(
            {
                "recording_id": key, "motor_id": "M01", "file": f"{key}.csv", "repetition": repetition,
                "condition": "stator_short" if is_short else "healthy",
                "severity": 0.1 * int(label[1]) if is_short else 0.0, "fault_phase": label[0] if is_short else "",
            }
        )  # fmt: skip
        self.tracks[key] = ratio

    def recordings(self) -> pd.DataFrame:
        return pd.DataFrame(self.rows)

    def track(self) -> pd.DataFrame:
        parts = [
            pd.DataFrame(
                {
                    "recording_id": key, "motor_id": "M01", "time_s": 0.05 * np.arange(len(ratio)),
                    "length_s": 0.1, "i2_re": ratio.real, "i2_im": ratio.imag,
                }
            )
            for key, ratio in self.tracks.items()
        ]  # fmt: skip
        return pd.concat(parts, ignore_index=True)

    def audit(self) -> LabelAudit:
        return audit_labels(self.recordings(), self.track(), change_pct=5.0)


def _doubtful(audit: LabelAudit) -> list[str]:
    return sorted(audit.table.loc[audit.table["is_doubtful"], "recording_id"])


def _reason(audit: LabelAudit, key: str) -> str:
    return audit.table.set_index("recording_id").loc[key, "reason"]


def test_no_right_label_is_doubted_over_20_seeds():
    """1040 right labels."""
    for seed in range(20):
        audit = Experiment(seed).audit()
        assert _doubtful(audit) == [], audit.in_words
        assert audit.table["is_judged"].all()
    assert audit.in_words == "Of 52 labels 52 can be held against the negative sequence, and 0 of them are doubtful."


#: What is really in a recording, its label, and what the audit says of it.
WRONG = {
    "another phase": ("S2", [("T", 2)], True, r"Labelled a short of 20 % of the turns of phase S, but .* points to T"),
    "two phases at once": ("R2", [("R", 2), ("S", 2)], True, "lies between R and S, like shorts of both at once"),
    "a phase after another": ("R3", [("R", 3), ("T", 3)], False, "points to R and .* points to T"),
    "healthy, but labelled": ("T3", [], True, r"no state differs .* than 5 % of I1, where 2\d\.\d % is typical"),
    "smallest level, healthy": ("S1", [], True, r"no state differs .* than 5 % of I1, where [89]\.\d % is typical"),
    "faulty, labelled healthy": ("healthy", [("S", 1)], True, "Labelled healthy, but .* towards S; a short or the"),
    "much smaller level": ("R4", [("R", 1)], True, "is as small as typical of 10 % of the turns"),
    "much larger level": ("T1", [("T", 4)], True, "is as large as typical of 40 % of the turns"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_planted_wrong_label_is_found_and_no_other_over_5_seeds(case):
    label, shorts, at_once, expected = WRONG[case]
    for seed in range(5):
        experiment = Experiment(100 + seed)
        key = f"{label}_{REPETITIONS[seed % 4]}"
        experiment.tracks[key] = experiment.run(*shorts, at_once=at_once)
        audit = experiment.audit()
        assert _doubtful(audit) == [key], audit.in_words
        assert pd.Series(_reason(audit, key)).str.contains(expected).item(), _reason(audit, key)


def test_a_neighbouring_level_is_no_contradiction():
    """The resistance of a short decides as much as its turns."""
    experiment = Experiment(0)
    experiment.tracks["R2_1"] = experiment.run(("R", 3))
    assert _doubtful(experiment.audit()) == []


def test_a_repetition_whose_labels_are_all_wrong_is_found_because_it_is_left_out_when_it_is_judged():
    experiment = Experiment(1)
    next_phase = {"R": "S", "S": "T", "T": "R"}
    for phase in PHASES:
        for level in SIZE_PCT:
            experiment.tracks[f"{phase}{level}_2"] = experiment.run((next_phase[phase], level))
    expected = sorted(f"{phase}{level}_2" for phase in PHASES for level in SIZE_PCT)
    assert _doubtful(experiment.audit()) == expected


def test_measured_columns_are_those_that_were_put_in():
    experiment = Experiment(2)
    experiment.tracks["S2_1"] = experiment.run(("T", 2))
    row = experiment.audit().table.set_index("recording_id").loc["S2_1"]
    assert row["change_pct"] == pytest.approx(SIZE_PCT[2], rel=0.15)
    assert row["change_deg"] == pytest.approx(R_DEG + 240 + TURN_DEG[2] - 360, abs=10)
    assert row["off_deg"] == pytest.approx(120, abs=20)
    assert (row["points_to"], row["fault_phase"], row["severity"]) == ("T", "S", 0.2)


def test_verdicts_do_not_depend_on_which_phase_is_called_r():
    """Phases renamed R to S to T to R: labels move on by one, and I2 / I1 turns by 120 degrees."""
    experiment = Experiment(3)
    experiment.tracks["S2_1"] = experiment.run(("T", 2))
    before = experiment.audit().table
    for key, ratio in experiment.tracks.items():
        experiment.tracks[key] = ratio * np.exp(2j * np.pi / 3)
    for row in experiment.rows:
        row["fault_phase"] = {"R": "S", "S": "T", "T": "R", "": ""}[row["fault_phase"]]
    after = experiment.audit().table
    assert list(after["is_doubtful"]) == list(before["is_doubtful"])
    assert after["off_deg"].to_numpy() == pytest.approx(before["off_deg"].to_numpy(), nan_ok=True)


def test_labels_that_name_phases_at_random_are_not_judged_rather_than_doubted():
    """Every phase is named as often for every direction, so nothing says which of them are right."""
    experiment = Experiment(4)
    for i, row in enumerate(r for r in experiment.rows if r["fault_phase"]):
        row["fault_phase"] = PHASES[(PHASES.index(row["fault_phase"]) + i) % 3]
    table = experiment.audit().table
    shorts = table[table["condition"] == "stator_short"]
    assert not shorts["is_judged"].any()
    assert shorts["reason"].str.contains("they do not agree on its direction").all()


def test_other_faults_unnamed_phases_and_missing_measurements_are_not_judged():
    experiment = Experiment(5)
    rows = {row["recording_id"]: row for row in experiment.rows}
    rows["R1_1"].update(condition="broken_bar", fault_phase="")
    rows["R2_1"].update(fault_phase="")
    rows["R3_1"].update(condition="", severity=np.nan)
    experiment.tracks["R4_1"] = np.full(99, np.nan + 0j)
    del experiment.tracks["S1_1"]
    audit = experiment.audit()
    assert list(audit.table.loc[~audit.table["is_judged"], "recording_id"]) == ["R1_1", "R2_1", "R3_1", "R4_1", "S1_1"]
    assert _doubtful(audit) == []
    assert "a phase is absent" in _reason(audit, "R4_1")
    assert "no track" in _reason(audit, "S1_1")


def test_a_level_that_nobody_can_see_is_not_missed():
    """With a limit of 12 % the smallest level (9 %) shows nowhere; its labels stand unjudged."""
    experiment = Experiment(6)
    table = audit_labels(experiment.recordings(), experiment.track(), change_pct=12.0).table
    smallest = table["severity"] == 0.1
    assert smallest.sum() == 12
    assert not table.loc[smallest, "is_judged"].any()
    assert not table["is_doubtful"].any()


def test_a_data_set_is_audited_only_where_it_declares_a_switched_fault():
    experiment = Experiment(6)
    tables = experiment.recordings(), experiment.track(), 5.0
    pd.testing.assert_frame_equal(audit_of_dataset("negative_sequence", *tables).table, experiment.audit().table)
    none = audit_of_dataset("none", *tables)
    assert len(none.table) == 0
    assert list(none.table) == list(experiment.audit().table)
    assert none.in_words.startswith("Labels are audited only where a data set declares that its fault is switched")


def test_an_empty_catalogue_gives_an_empty_table():
    experiment = Experiment(7)
    audit = audit_labels(experiment.recordings().iloc[:0], experiment.track(), 5.0)
    assert len(audit.table) == 0
    assert audit.in_words.startswith("Of 0 labels 0 can be held")


def test_a_catalogue_without_phases_and_a_wrong_phase_are_refused():
    experiment = Experiment(8)
    with pytest.raises(ValueError, match="recordings lacks column 'fault_phase'; the label audit needs recording_id,"):
        audit_labels(experiment.recordings().drop(columns="fault_phase"), experiment.track(), 5.0)
    experiment.rows[3]["fault_phase"] = "A"
    with pytest.raises(ValueError, match="fault_phase must be R, S, T or empty, got 'A'; correct the label"):
        experiment.audit()
