"""What engineers said of the regimes: ``regimes.yaml`` of a data set.

The reviewed file is the only thing about regimes that people write. It keeps, beside each label, where the regime lay
when it was looked at, so that the same regime is found again after a retraining. It is read strictly: a label that
nobody signed, or a defect that the catalogue does not know, is no label.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from diagmod.io.dataset_files import DatasetError
from diagmod.io.defect_catalogue import read_defects
from diagmod.io.site_files import Entry, entries_of, is_plain_number, mistakes_of, read_site_yaml, shown, told_at_once

if TYPE_CHECKING:
    from pathlib import Path

#: Name of the reviewed file in the folder of a data set.
REGIMES_FILE = "regimes.yaml"

#: Version of the form of the file.
SCHEMA_VERSION = 1

#: What a label may say: a defect of the catalogue, a way of running, or that nothing is wrong.
KINDS = ("defect", "operation", "healthy")

#: Views by the letter of their regimes.
VIEW_OF = {"O": "operation", "S": "shape"}

#: Form of an id, and of a label.
_ID, _WORD = re.compile(r"[OS][1-9]\d{0,4}"), re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")

#: Where the regime lay: its middle, what is usual, and the spread, each by figure and in its unit.
_PLACES = ("centroid", "usual", "spread")

_REGIME = (
    Entry("id", required=True, hint="`diagmod regimes export` writes it"),
    Entry("label"),
    Entry("kind", allowed=KINDS),
    Entry("note"),
    Entry("reviewed_by"),
    Entry("reviewed_on"),
)


@dataclass(frozen=True, kw_only=True)
class ReviewedRegime:
    """A regime of the reviewed file.

    Attributes
    ----------
    id, view : str
    label, kind : str
        "" where nobody has said anything yet.
    note, reviewed_by, reviewed_on : str
        Remark, who said it, and the day as YYYY-MM-DD.
    centroid, usual, scale : mapping of figure to float
        Middle of the regime, what is usual, and the spread, in the unit of each figure.
    """

    id: str
    view: str
    label: str = ""
    kind: str = ""
    note: str = ""
    reviewed_by: str = ""
    reviewed_on: str = ""
    centroid: Mapping[str, float]
    usual: Mapping[str, float]
    scale: Mapping[str, float]


def read_regimes(folder: Path, defects: Container[str]) -> tuple[ReviewedRegime, ...]:
    """What engineers said of the regimes of a data set; nothing where it has no ``regimes.yaml``.

    Parameters
    ----------
    folder : Path
        Folder of the data set.
    defects : container of str
        Defects of the catalogue, see :func:`diagmod.io.defect_catalogue.read_defects`.

    Raises
    ------
    DatasetError
        The file has another form or holds mistakes; all of them are in the message.
    """
    path = folder / REGIMES_FILE
    return regimes_of(read_site_yaml(path), path.name, defects) if path.exists() else ()


def read_regimes_of_loaded(interim: Path, raw: Path) -> tuple[ReviewedRegime, ...]:
    """What engineers said of the regimes of the data set that is loaded.

    Parameters
    ----------
    interim, raw : Path
        ``data/interim`` and ``data/raw``.

    Raises
    ------
    DatasetError
        See :func:`read_regimes` and :func:`diagmod.io.interim.read_dataset_facts`.
    """
    from diagmod.io.interim import DATASET_FILE, read_dataset_facts  # here, because commands do without

    name = read_dataset_facts(interim).name
    folder = raw / json.loads((interim / DATASET_FILE).read_text(encoding="utf-8")).get("folder", name)
    return read_regimes(folder, read_defects(folder))


def regimes_of(content: Mapping[str, Any], file: str, defects: Container[str]) -> tuple[ReviewedRegime, ...]:
    """Regimes of the contents of a reviewed file.

    Raises
    ------
    DatasetError
        See :func:`read_regimes`.
    """
    if (version := content.get("schema_version")) != SCHEMA_VERSION or isinstance(version, bool):
        raise DatasetError(
            f"{file}: schema_version must be {SCHEMA_VERSION}, got {shown(version)}; write `schema_version: "
            f"{SCHEMA_VERSION}` in its first line"
        )
    if unknown := [key for key in content if key not in ("schema_version", "regimes")]:
        raise DatasetError(f"{file}: unknown entry {shown(unknown[0])}; allowed are schema_version, regimes")
    entries = entries_of(content, "regimes", file, "regimes")
    told, seen = [], set()
    for number, entry in enumerate(entries, start=1):
        name = entry.get("id")
        label = f"regime {shown(name)}" if isinstance(name, str) else f"regime number {number}"
        told += [f"{label}: {text}" for text in regime_mistakes(entry, defects)]
        if isinstance(name, str) and name in seen:
            told.append(f"{label} is there twice; keep one")
        seen.add(name if isinstance(name, str) else number)
    if told:
        raise DatasetError(told_at_once(file, told))
    return tuple(_regime(entry) for entry in entries)


def regime_mistakes(entry: Mapping[Any, Any], defects: Container[str]) -> list[str]:
    """Everything that is wrong with one regime, every mistake a sentence; empty where all is well."""
    found = mistakes_of({key: value for key, value in entry.items() if key not in _PLACES}, _REGIME)
    found += [text for name in _PLACES if (text := _place_mistake(name, entry.get(name)))]
    if found:
        return found
    if not _ID.fullmatch(entry["id"]):
        return [f"id must be O or S and a number, as O1, got {shown(entry['id'])}; take it from `diagmod regimes list`"]
    if any(set(entry[name]) != set(entry["centroid"]) for name in _PLACES):
        found.append("centroid, usual and spread must name the same figures; restore what `export` wrote")
    if wrong := [name for name, value in entry["spread"].items() if value <= 0]:
        found.append(f"spread of {wrong[0]} must be positive, got {shown(entry['spread'][wrong[0]])}; restore it")
    return found + label_mistakes({key: str(entry.get(key) or "") for key in _SAID}, defects)


#: What people write of a regime.
_SAID = ("label", "kind", "note", "reviewed_by", "reviewed_on")


def label_mistakes(said: Mapping[str, str], defects: Container[str]) -> list[str]:
    """Everything that is wrong with what was said of a regime; a regime of which nothing is said is right.

    Parameters
    ----------
    said : mapping
        label, kind, reviewed_by and reviewed_on, "" for none.
    defects : container of str
    """
    label, kind = said["label"], said["kind"]
    if not label:
        given = [name for name in ("kind", "reviewed_by", "reviewed_on") if said[name]]
        return [f"{given[0]} is given without a label; give the label or leave both empty"] if given else []
    found = [
        f"{name} is missing beside the label {label!r}; {hint}"
        for name, hint in (
            ("kind", f"one of {', '.join(KINDS)}"), ("reviewed_by", "say who looked at it"),
            ("reviewed_on", "say on which day, as 2026-01-31"),
        )
        if not said[name]
    ]  # fmt: skip
    if kind == "defect" and label not in defects:
        found.append(f"defect {label!r} is not in the catalogue; `diagmod defects list` shows it")
    if kind == "healthy" and label != "healthy":
        found.append(f"a regime of kind healthy is labelled 'healthy', got {label!r}")
    if kind == "operation" and (label in defects or label == "healthy"):
        found.append(f"{label!r} is no way of running; write kind: {'healthy' if label == 'healthy' else 'defect'}")
    if kind == "operation" and not _WORD.fullmatch(label):
        found.append(f"a label must be lower-case words joined by underscores, as part_load, got {label!r}")
    if said["reviewed_on"] and not _is_day(said["reviewed_on"]):
        found.append(f"reviewed_on must be a day as 2026-01-31, got {said['reviewed_on']!r}")
    return found


def kind_of(label: str, defects: Container[str]) -> str:
    """Kind of a label: defect where the catalogue knows it, healthy, or else a way of running."""
    if label in defects:
        return "defect"
    return "healthy" if label == "healthy" else "operation"


def _place_mistake(name: str, value: object) -> str:
    if not isinstance(value, dict) or not value:
        return f"{name} must map figures to numbers, got {shown(value)}; restore what `diagmod regimes export` wrote"
    wrong = [key for key, number in value.items() if not isinstance(key, str) or not is_plain_number(number)]
    return f"{name} of {shown(wrong[0])} must be a number, got {shown(value[wrong[0]])}" if wrong else ""


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _regime(entry: Mapping[str, Any]) -> ReviewedRegime:
    said = {key: str(entry.get(key) or "") for key in _SAID}
    places = {key: {name: float(value) for name, value in entry[key].items()} for key in _PLACES}
    return ReviewedRegime(
        id=entry["id"], view=VIEW_OF[entry["id"][0]], **said, centroid=places["centroid"], usual=places["usual"],
        scale=places["spread"],
    )  # fmt: skip
