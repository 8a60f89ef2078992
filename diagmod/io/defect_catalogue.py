"""The defect catalogue: what can be wrong with a motor, what it looks like in the current, what to do about it.

It ships with the package as readable YAML (``defect_data/defects.yaml``), because it is knowledge and no
code: a plant that acts otherwise puts a ``defects.yaml`` of the same form into the folder of its data set,
where an entry with a known id changes that defect and one with a new id adds one. Whether the current alone
can show a defect is part of every entry, since for many it cannot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from diagmod.io.dataset_files import DatasetError
from diagmod.io.schemas import Column, TableSchema
from diagmod.io.site_files import Entry, entries_of, mistakes_of, read_site_yaml, shown, told_at_once
from diagmod.io.tables import conform

#: Name of the catalogue, of the package and of a site.
CATALOGUE = "defects.yaml"

#: Form of the file that this code reads; it rises when a key changes its meaning.
SCHEMA_VERSION = 1

#: Kinds of defect, in the order of the catalogue.
CATEGORIES = ("bearing", "rotor", "stator", "electrical", "mechanical", "cooling", "other")

#: How far a defect has come, in this order.
GRADES = ("low", "moderate", "severe")

#: How soon to act: measure on, in the next planned stop, within days to weeks, or stop as soon as possible.
URGENCIES = ("observe", "plan", "soon", "at_once")

#: Whether a recording of the currents alone can show it.
ANSWERS = ("yes", "limited", "no")

#: Labels of a machine that are no defect: without a fault, and unknown.
NO_DEFECT = ("healthy", "")

_ID = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")

_GRADE = (
    Entry("grade", required=True, allowed=GRADES, hint="one of low, moderate, severe"),
    Entry("criterion", required=True, hint="say how this grade is recognised"),
    Entry("urgency", required=True, allowed=URGENCIES, hint="one of observe, plan, soon, at_once"),
    Entry("action", required=True, hint="say what to do"),
)
_DEFECT = (
    Entry("id", required=True, hint="lower-case words joined by underscores"),
    Entry("category", required=True, allowed=CATEGORIES, hint=f"one of {', '.join(CATEGORIES)}"),
    Entry("name", required=True, hint="say what it is"),
    Entry("name_ru"),
    Entry("signature", required=True, hint="say what it shows in the current, or that it shows nothing"),
    Entry("formula"),
    Entry("other_causes", "texts"),
    Entry("by_current", required=True, allowed=ANSWERS, hint='one of "yes", "limited", "no", in quotes'),
    Entry("severities", "entries", required=True, hint="give at least one grade"),
    Entry("sources", "texts", required=True, hint="name a standard, a publication or the practice of the plant"),
)

DEFECTS = TableSchema(
    "defects",
    1,
    (
        Column("defect", "str", "", "name for programs, as in condition of recordings.csv"),
        Column("category", "str", "", ", ".join(CATEGORIES)),
        Column("name", "str", "", "name for people"),
        Column("name_ru", "str", "", "the same in Russian; may be empty"),
        Column("by_current", "str", "", "whether the currents alone can show it: yes, limited or no"),
        Column("signature", "str", "", "what it shows in the current"),
        Column("formula", "str", "", "where the lines stand; may be empty"),
        Column("other_causes", "str", "", "what else gives the same picture, separated by semicolons"),
        Column("grade", "str", "", "how far it has come: low, moderate or severe"),
        Column("criterion", "str", "", "how that grade is recognised"),
        Column("urgency", "str", "", "observe, plan, soon or at_once"),
        Column("action", "str", "", "recommended action"),
        Column("sources", "str", "", "standards and publications, separated by semicolons"),
    ),
)


@dataclass(frozen=True)
class Grade:
    """One grade of a defect: how it is recognised, how soon to act, and how."""

    grade: str
    criterion: str
    urgency: str
    action: str


@dataclass(frozen=True, kw_only=True)
class Defect:
    """One type of defect.

    Attributes
    ----------
    id : str
        Name for programs, as in ``condition`` of recordings.csv and in a diagnosis.
    category : str
        One of :data:`CATEGORIES`.
    name, name_ru : str
        Name for people, in English and in Russian.
    signature, formula : str
        What it shows in the current, in words and as a formula where there is one.
    other_causes : tuple of str
        What else gives the same picture.
    by_current : str
        "yes", "limited" or "no": whether the currents alone can show it.
    severities : tuple of Grade
        From low to severe; a grade that makes no sense is left out.
    sources : tuple of str
    """

    id: str
    category: str
    name: str
    name_ru: str = ""
    signature: str
    formula: str = ""
    other_causes: tuple[str, ...] = ()
    by_current: str
    severities: tuple[Grade, ...]
    sources: tuple[str, ...]

    def at(self, grade: str) -> Grade:
        """The entry of a grade; where it is left out, that of the next worse one, or of the worst there is.

        Raises
        ------
        ValueError
            There is no such grade.
        """
        if grade not in GRADES:
            raise ValueError(f"grade must be one of {', '.join(GRADES)}, got {grade!r}")
        worse = [step for step in self.severities if GRADES.index(step.grade) >= GRADES.index(grade)]
        return worse[0] if worse else self.severities[-1]


def read_defects(folder: Path | None = None) -> dict[str, Defect]:
    """The catalogue of the package, changed and extended by the ``defects.yaml`` of a data set where it has one.

    Parameters
    ----------
    folder : Path, optional
        Folder of a data set.

    Returns
    -------
    dict of Defect
        By id: the order of the catalogue, then what the data set adds.

    Raises
    ------
    DatasetError
        A file has another form or holds mistakes; all of them are in the message.
    """
    packaged = _packaged()
    site = folder / CATALOGUE if folder else None
    if site is None or not site.exists():
        return _defects(packaged, CATALOGUE)
    return _defects({**packaged, **_changed(packaged, _entries(site), site.name)}, site.name)


def defects_table(defects: Mapping[str, Defect]) -> pd.DataFrame:
    """The catalogue as table :data:`DEFECTS`, a row a grade of a defect."""
    rows = []
    for defect in defects.values():
        shared = {
            "defect": defect.id, "category": defect.category, "name": defect.name, "name_ru": defect.name_ru,
            "by_current": defect.by_current, "signature": defect.signature, "formula": defect.formula,
            "other_causes": "; ".join(defect.other_causes), "sources": "; ".join(defect.sources),
        }  # fmt: skip
        rows += [{**shared, **vars(step)} for step in defect.severities]
    return conform(pd.DataFrame(rows, columns=[c.name for c in DEFECTS.columns]), DEFECTS)


def unknown_conditions(labels: Iterable[str], defects: Mapping[str, Defect]) -> str:
    """What to say of labels that the catalogue does not know, in one sentence; empty where it knows all.

    Such a label is kept as it is; it only has no recommended action.
    """
    unknown = sorted({label for label in labels if label not in defects and label not in NO_DEFECT})
    if not unknown:
        return ""
    listed = ", ".join(f"{label!r}{_near(label, defects)}" for label in unknown[:5])
    more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
    noun = "condition" if len(unknown) == 1 else "conditions"
    return (
        f"the defect catalogue does not know {noun} {listed}{more}; kept as written, without a recommended action: add "
        f"{'it' if len(unknown) == 1 else 'them'} to {CATALOGUE} of the data set or correct recordings.csv"
    )


def _near(label: str, defects: Mapping[str, Defect]) -> str:
    near = get_close_matches(label, list(defects), n=1, cutoff=0.75)
    return f" (did you mean {near[0]}?)" if near else ""


@cache
def _packaged() -> dict[str, dict[str, Any]]:
    return {entry["id"]: entry for entry in _entries(Path(__file__).parent / "defect_data" / CATALOGUE)}


def _entries(path: Path) -> list[dict[Any, Any]]:
    content = read_site_yaml(path)
    if (version := content.get("schema_version")) != SCHEMA_VERSION:
        raise DatasetError(
            f"{path.name}: schema_version must be {SCHEMA_VERSION}, got {shown(version)}; write `schema_version: "
            f"{SCHEMA_VERSION}` in its first line"
        )
    if unknown := [key for key in content if key not in ("schema_version", "defects")]:
        raise DatasetError(f"{path.name}: unknown entry {shown(unknown[0])}; allowed are schema_version, defects")
    return entries_of(content, "defects", path.name, "defects")


def _changed(known: Mapping[str, dict[str, Any]], entries: list[dict[Any, Any]], file: str) -> dict[str, Any]:
    """Entries of a site by id, each with what it leaves open filled from the catalogue of the package."""
    ids = [entry.get("id") for entry in entries]
    mistakes = [f"defect number {k} has no id; give it one" for k, id_ in enumerate(ids, 1) if not isinstance(id_, str)]
    mistakes += [f"defect {id_!r} is there twice; keep one" for id_ in sorted({i for i in ids if isinstance(i, str)})
                 if ids.count(id_) > 1]  # fmt: skip
    if mistakes:
        raise DatasetError(told_at_once(file, mistakes))
    return {entry["id"]: {**known.get(entry["id"], {}), **entry} for entry in entries}


def _defects(entries: Mapping[str, dict[str, Any]], file: str) -> dict[str, Defect]:
    if mistakes := [f"defect {shown(id_)}: {text}" for id_, entry in entries.items() for text in _mistakes(entry)]:
        raise DatasetError(told_at_once(file, mistakes))
    return {id_: _defect(entry) for id_, entry in entries.items()}


def _mistakes(entry: dict[str, Any]) -> list[str]:
    found = mistakes_of(entry, _DEFECT)
    if isinstance(entry.get("id"), str) and not (_ID.fullmatch(entry["id"]) and len(entry["id"]) <= 40):
        found.append("id must be lower-case words joined by underscores, 40 characters at most")
    if found:
        return found
    steps = entry["severities"]
    found = [f"severity number {k}: {text}" for k, step in enumerate(steps, 1) for text in mistakes_of(step, _GRADE)]
    grades = [step.get("grade") for step in steps]
    if not found and grades != [grade for grade in GRADES if grade in grades]:
        found.append(f"severities must go from low to severe, each once, got {', '.join(grades)}")
    return found


def _defect(entry: Mapping[str, Any]) -> Defect:
    given = {key: value for key, value in entry.items() if value is not None}
    steps = tuple(Grade(**{key: _line(text) for key, text in step.items()}) for step in given["severities"])
    lists = {key: tuple(_line(text) for text in given.get(key) or ()) for key in ("other_causes", "sources")}
    texts = {key: _line(value) for key, value in given.items() if isinstance(value, str)}
    values: dict[str, Any] = {**texts, **lists, "severities": steps}
    return Defect(**values)


def _line(text: str) -> str:
    return " ".join(text.split())
