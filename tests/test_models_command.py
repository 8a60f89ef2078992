"""`diagmod models`: what it says, how it ends, and what it leaves in the store."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from store_kills import make_model, problems

from diagmod import cli
from diagmod.io.hashes import hash_paths
from diagmod.io.model_files import write_no_model


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    """A project, entered."""
    for name in ("dvc.yaml", "params.yaml"):
        (tmp_path / name).write_text("{}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def models(root, monkeypatch, capsys) -> Callable[..., Ended]:
    """The command line, run in the project."""

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["diagmod", "models", *arguments])
        try:
            code = cli.main()
        except SystemExit as exc:
            code = int(exc.code or 0)
        told = capsys.readouterr()
        return Ended(code, told.out, told.err)

    return run


@pytest.fixture
def three(root, models) -> None:
    """Versions 1.0.0 to 1.0.2 with figures; the last is in use."""
    for variant in range(3):
        make_model(root, variant, metrics={"f1": 0.5 + variant / 10, "recall": 0.25})
        models("register")


def test_help_holds_the_rule_of_numbers_and_names_every_command(models):
    said = " ".join(models("--help").out.split())
    assert "MAJOR rises when the features change" in said
    assert "The version in use is the model registered last" in said
    assert {"list", "register", "show", "promote", "rollback", "compare", "prune", "verify"} <= set(said.split())


def test_the_list_says_what_became_of_every_version(models, three):
    models("promote", "anomaly@1.0.1")
    lines = models("list").out.splitlines()
    assert [line.split()[:2] for line in lines] == [["anomaly", f"v1.0.{k}"] for k in range(3)]
    for line, state, f1 in zip(lines, ("kept", "in use", "roll back to"), ("0.50", "0.60", "0.70"), strict=True):
        assert f"Z  {state} " in line
        assert line.endswith("2 features")
        assert " Kind  " in line and f" f1 {f1} " in line


def test_the_list_for_programs_holds_the_same(models, three):
    models("promote", "anomaly@1.0.1")
    models("rollback", "anomaly")
    family = json.loads(models("list", "--json").out)["families"]["anomaly"]
    assert (family["in_use"], family["is_pinned"]) == ("1.0.2", True)
    versions = [(v["version"], v["state"], v["metrics"]["recall"], v["n_features"]) for v in family["versions"]]
    assert versions == [
        ("1.0.0", "kept", 0.25, 2), ("1.0.1", "roll back to", 0.25, 2), ("1.0.2", "in use", 0.25, 2),
    ]  # fmt: skip


def test_promoting_and_rolling_back_say_what_is_in_use(models, three):
    said = models("promote", "anomaly@1.0.0", "--reason", "fewer alarms")
    assert said.out == "anomaly v1.0.0 is in use, instead of v1.0.2; models registered later are candidates.\n"
    assert models("rollback", "anomaly").out == "anomaly v1.0.2 is in use again, instead of v1.0.0.\n"
    assert models("promote", "anomaly@1.0.2", "--follow").out == (
        "anomaly v1.0.2 was and stays in use; models registered later take its place.\n"
    )


def test_registering_after_somebody_chose_says_how_to_promote(root, models, three):
    models("promote", "anomaly@1.0.0")
    make_model(root, 3)
    assert models("register").out == (
        "anomaly v1.0.3: registered; v1.0.0, which somebody chose, stays in use "
        "(`diagmod models promote anomaly@1.0.3` changes that)\n"
    )
    assert models("promote", "anomaly@1.0.3").code == 0
    assert models("register").out == "anomaly v1.0.3: already in the store\n"


def test_an_older_model_that_comes_back_is_in_use_again(root, models, three):
    make_model(root, 0, metrics={"f1": 0.5, "recall": 0.25})
    assert models("register").out == "anomaly v1.0.0: already in the store, in use again\n"


def test_showing_a_model_gives_its_card_its_state_and_its_history(models, three):
    models("promote", "anomaly@1.0.0", "--reason", "fewer alarms")
    said = models("show", "anomaly").out
    assert said.startswith("# anomaly 1.0.0\n")
    assert "State: in use. Commit: none." in said
    assert said.splitlines()[-1].endswith("Z  promote   v1.0.2 -> v1.0.0: fewer alarms")
    held = json.loads(models("show", "anomaly@1.0.0", "--json").out)
    assert (held["metadata"]["version"], held["history"][-1]["reason"]) == ("1.0.0", "fewer alarms")


def test_comparing_is_a_table_for_people_and_json_for_programs(root, models, three):
    lineage = {"stage": "s", "code": "c", "inputs": {"a": "ff" * 32}, "parameters": {"n": 9}}
    make_model(root, 3, features=["y", "z"], lineage=lineage, metrics={"f1": 0.9})
    models("register")
    lines = [line.split() for line in models("compare", "anomaly@1.0.0", "anomaly").out.splitlines()]
    assert lines == [
        ["anomaly@1.0.0", "anomaly@2.0.0"], ["recall", "0.25", "-"], ["f1", "0.50", "0.90"], ["n", "2", "9"],
        ["a", "0", "ffffffffffff"], ["features", "added:", "z"], ["features", "removed:", "x"],
    ]  # fmt: skip
    held = json.loads(models("compare", "anomaly@1.0.0", "anomaly", "--json").out)
    assert (held["metrics"]["f1"], held["parameters"]) == ([0.5, 0.9], {"n": [2, 9]})


def test_pruning_says_what_goes_and_a_dry_run_removes_nothing(root, models, three):
    before = hash_paths(["data/models"], root)
    assert models("prune", "anomaly", "--keep", "1", "--dry-run").out.startswith(
        "1 version(s) of anomaly would be removed (1.0.0), 0.0 MB."
    )
    assert hash_paths(["data/models"], root) == before
    assert models("prune", "anomaly", "--keep", "1").out.startswith("1 version(s) of anomaly removed (1.0.0)")
    assert models("prune", "anomaly", "--keep", "1").out == "0 version(s) of anomaly removed, 0.0 MB.\n"
    assert " pruned " in models("list").out.splitlines()[0]
    make_model(root, 0, metrics={"f1": 0.5, "recall": 0.25})
    assert models("register").out == "anomaly v1.0.0: restored, in use again\n"
    assert problems(root) == []


def test_verify_ends_with_one_when_a_file_is_not_what_was_registered(root, models, three):
    said = models("verify")
    assert (said.code, said.out.splitlines()[-1]) == (0, "3 version(s), no problem.")
    (root / "data/models/anomaly/v1.0.1/model.safetensors").write_bytes(b"x")
    said = models("verify", "anomaly")
    assert said.code == 1
    assert said.out.splitlines()[0] == "anomaly v1.0.0: whole"
    assert "model.safetensors of anomaly v1.0.1 is not the file that was registered" in said.out.splitlines()[1]
    assert said.out.splitlines()[-1] == "1 problem(s) in 3 place(s)."


def test_any_command_sweeps_what_a_killed_one_left(root, models, three):
    (root / "data/models/.drafts/1234").mkdir(parents=True)
    (root / "data/models/anomaly/latest").write_text("v1.0.0\n")
    models("list")
    assert problems(root) == []


def test_a_family_that_was_not_trained_says_why_and_stops_no_other(root, models):
    write_no_model(root / "data/processed/models/anomaly", {"reason": "1 split group(s)", "lineage": {}})
    make_model(root, 0, "faults")
    said = models("register")
    assert (said.code, said.out.splitlines()) == (
        0, ["anomaly: there is no model to register: 1 split group(s)", "faults v1.0.0: registered"]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("show", "faults"), "no model faults in the store; there are: anomaly"),
        (("show", "../x"), "'../x' is no name of a model; it is made of small letters"),
        (("show", "anomaly@1"), "'1' is no version; it is three numbers, as in 1.2.0"),
        (("promote", "anomaly"), "say which version of anomaly to promote, as in anomaly@1.2.0"),
        (("promote", "anomaly@1.0.1", "--reason", "a\nb"), "a reason is one line of at most 300 characters"),
        (("rollback", "anomaly@1.0.0"), "'anomaly@1.0.0' is no name of a model"),
        (("compare", "anomaly", "anomaly@9.0.0"), "there is no anomaly@9.0.0 in the store; its versions are 1.0.0"),
        (("prune", "anomaly", "--keep", "0"), "at least 1 version must stay, got 0"),
        (("verify", "faults"), "no model faults in the store"),
    ],
)
def test_a_mistake_is_one_sentence_exit_code_two_and_no_trace(root, models, three, arguments, sentence):
    before = hash_paths(["data/models"], root)
    said = models(*arguments)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith(f"error: {sentence}")
    assert hash_paths(["data/models"], root) == before
