"""The two documents that a user reads: their examples run, their commands exist, their tables are those of the code."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import fields
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
import typer
from import_folders import make_project

from diagmod import cli
from diagmod.core.motor import Motor
from diagmod.core.rulesets import RULES, rules_markdown, ruleset_from
from diagmod.io.dataset_files import MANIFEST_COLUMNS, Dataset
from diagmod.io.datasets import KNOWN
from diagmod.io.defect_catalogue import Defect
from diagmod.io.import_report import import_json
from diagmod.io.import_request import ImportRequest
from diagmod.io.importing import import_recordings
from diagmod.io.loading import LoadedDataset, load_dataset
from diagmod.io.maintenance_events import MAINTENANCE
from diagmod.io.readers import known_readers
from diagmod.io.readiness import CHECKS
from diagmod.io.stages import read_yaml
from diagmod.io.store import Store

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CARD = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
LOAD = read_yaml(ROOT / "params.yaml")["load"]


def section(text: str, title: str) -> str:
    """What stands under a heading, up to the next one of its level or above."""
    level = title.split(" ")[0]
    begin = text.index(f"\n{title}\n") + len(title) + 2
    end = re.search(rf"^#{{2,{len(level)}}} ", text[begin:], re.MULTILINE)
    return text[begin : begin + end.start()] if end else text[begin:]


def blocks(text: str, language: str = r"\w*") -> list[str]:
    """Fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


EXAMPLE = section(CARD, "## A complete small example")


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    """The data set of the example, made as the document says."""
    folder = tmp_path / "data" / "raw" / "plant"
    for name, content in re.findall(r"^`(\S+)`\n\n```\w+\n(.*?)^```$", EXAMPLE, re.MULTILINE | re.DOTALL):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    (program,) = blocks(EXAMPLE, "python")
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
    return folder


def loaded(folder: Path, workshop: Path) -> LoadedDataset:
    rules = ruleset_from(LOAD["rules"])
    store = Store(workshop / "store", "v")
    return load_dataset(folder, workshop / "waveforms", store, rules, 1, readiness=LOAD["readiness"])


def test_files_of_the_example_begin_as_shown(plant):
    shown = re.findall(r"^`(\S+)`, first lines\n\n```\n(.*?)^```$", EXAMPLE, re.MULTILINE | re.DOTALL)
    assert [name for name, _ in shown] == ["P1/january.csv", "P1/february.csv", "P2/spare.csv"]
    for name, lines in shown:
        assert (plant / name).read_text(encoding="utf-8").startswith(lines)


def test_load_makes_of_the_example_what_is_shown(plant, tmp_path):
    found = loaded(plant, tmp_path)
    rows = [_table_row(row) for row in found.report.itertuples()]
    assert all(row in EXAMPLE for row in rows), rows
    (refused,) = found.quarantine.itertuples()
    assert f"| reason | {refused.reason} |" in EXAMPLE
    assert f"| cure | `{refused.cure}` |" in EXAMPLE
    assert found.maintenance.in_words() in EXAMPLE
    assert found.trend_reason == ""


def _table_row(row) -> str:
    rate = f"{row.fs_hz:.0f}" if row.fs_hz > 0 else ""
    cells = (row.file, row.status, row.dialect, str(row.rows), rate)
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|"


def test_with_the_cure_all_of_the_example_is_loaded(plant, tmp_path):
    cure = blocks(EXAMPLE, "csv")[-1]
    with (plant / "recordings.csv").open("a", encoding="utf-8") as manifest:
        manifest.write(cure)
    found = loaded(plant, tmp_path)
    assert list(found.report["status"]) == ["loaded"] * 3
    assert set(found.recordings["acquisition"]) == {"good"}
    assert "fail" in set(found.readiness["status"])


@pytest.fixture
def stick(plant, tmp_path, monkeypatch) -> Path:
    """A project with the stick of the README beside it."""
    root, folder = make_project(tmp_path / "project"), tmp_path / "project" / "stick"
    (folder / "old").mkdir(parents=True)
    shutil.copyfile(plant / "P1/january.csv", folder / "P1_20260105_080000.csv")
    shutil.copyfile(plant / "P1/february.csv", folder / "P1_20260202_093000.csv")
    shutil.copyfile(plant / "P2/spare.csv", folder / "old" / "spare.csv")
    shutil.copyfile(plant / "motors.yaml", root / "motors.yaml")
    monkeypatch.chdir(root)
    return folder


def run_as_written(command: str, monkeypatch, capsys) -> str:
    """What a command of the README prints, DVC left aside."""
    words = command.replace("\\\n", " ").replace("'", "").split()
    monkeypatch.setattr(sys, "argv", [*words, "--no-dvc"])
    with pytest.raises(SystemExit):
        raise SystemExit(cli.main())
    return capsys.readouterr().out


def test_import_prints_what_the_readme_shows_and_is_completed_as_it_says(stick, monkeypatch, capsys):
    first, shown, second, *_ = blocks(section(README, "## Your own recordings"))
    printed = run_as_written(first, monkeypatch, capsys).splitlines()
    for line in shown.splitlines():
        pattern = line.replace("[", "[[]").replace("...", "*")
        assert any(fnmatchcase(p, f"{pattern}*") for p in printed), line
    assert "imported          1" in run_as_written(second, monkeypatch, capsys)
    target = stick.parent / "data" / "raw" / "pumps"
    assert not (target / "unresolved.csv").exists()
    assert list(loaded(target, stick.parent).report["status"]) == ["loaded"] * 3


def test_keys_of_the_json_of_an_import_are_explained(stick):
    request = ImportRequest(path=stick, dataset="pumps", is_dry_run=True)
    text = section(CARD, "## `diagmod import`")
    for key in re.findall(r'"(\w+)":', import_json(import_recordings(request, stick.parent))):
        assert f"`{key}`" in text, key


@pytest.mark.parametrize("text", [README, CARD], ids=["README", "data/README"])
def test_every_command_named_exists(text):
    known = typer.main.get_command(cli.app)
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    shell = "\n".join(block for block in blocks(text, "") if re.match(r"(diagmod|dvc|make) ", block))
    calls = re.findall(r"`([^`\n]+)`", text) + shell.splitlines()
    named = [match.groups() for call in calls if (match := re.match(r"diagmod ([a-z]+)(?: ([a-z]+))?", call))]
    assert named
    for group, command in named:
        assert group in known.commands, group
        assert not command or command in getattr(known.commands[group], "commands", {command: None}), (group, command)
    assert set(re.findall(r"`make ([a-z-]+)`", text)) <= targets


@pytest.mark.parametrize("text", [README, CARD], ids=["README", "data/README"])
def test_every_link_inside_the_project_leads_somewhere(text):
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        page = text if not path else (ROOT / path).read_text(encoding="utf-8")
        titles = [re.sub(r"[^\w\- ]", "", title) for title in re.findall(r"^#+ (.*)$", page, re.MULTILINE)]
        assert not anchor or anchor in [title.lower().replace(" ", "-") for title in titles], target


def test_rules_of_the_card_are_those_of_params():
    _, table, _ = re.split(r"<!-- (?:rules: made by|end of rules).*?-->\n", CARD)
    assert table.strip() == rules_markdown(ruleset_from(LOAD["rules"])).strip()


def test_the_number_of_rules_in_the_readme_is_true():
    assert f"| graded validation | {len(RULES)} rules " in README


def test_every_format_is_in_the_card():
    text = section(CARD, "## Formats")
    for reader in known_readers():
        if reader.origin == "diagmod":
            assert reader.name in text, reader.name
            assert all(f"`{suffix}`" in text for suffix in reader.suffixes), reader.name


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("### `dataset.yaml`", [f.name for f in fields(Dataset)]),
        ("### `motors.yaml`", [f.name for f in fields(Motor)]),
        ("### `recordings.csv`", MANIFEST_COLUMNS),
        ("### `maintenance.yaml`", ["date", *(c.name for c in MAINTENANCE.columns)]),
        ("### `defects.yaml`", [f.name for f in fields(Defect)]),
        ("## Readiness", CHECKS),
        ("## Public data sets", KNOWN),
    ],
)
def test_every_entry_is_in_the_card(title, names):
    text = section(CARD, title)
    assert [name for name in names if f"`{name}`" not in text] == []
