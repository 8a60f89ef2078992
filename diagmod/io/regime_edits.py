"""Changes to ``regimes.yaml``: regimes that are new are appended, and a label is written where it belongs.

The file belongs to people: comments, order and everything that was not asked to change stay to the byte. So values are
replaced in the text, at the places where the parser found them, and the result is read back before it counts.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Container, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from diagmod.io.dataset_files import DatasetError
from diagmod.io.regime_files import REGIMES_FILE, SCHEMA_VERSION, ReviewedRegime, label_mistakes, read_regimes
from diagmod.io.site_files import site_text, told_at_once

if TYPE_CHECKING:
    from pathlib import Path

#: Head of a new file.
_HEAD = f"""\
# What engineers say of the regimes that the stage train_regimes found. Fill in label, kind, reviewed_by and
# reviewed_on (or use `diagmod regimes label`); leave centroid, usual and spread as they are: by them a regime is found
# again. kind is defect (label: an id of `diagmod defects list`), operation (label: a word of yours) or healthy.
schema_version: {SCHEMA_VERSION}
regimes:
"""

#: What a label consists of, in the order in which it is written.
_SAID = ("label", "kind", "note", "reviewed_by", "reviewed_on")


def add_regimes(
    folder: Path, found: Sequence[ReviewedRegime], words: Mapping[str, str], defects: Container[str]
) -> list[str]:
    """Append regimes that the reviewed file does not hold yet, open to be filled in; make the file where there is none.

    Parameters
    ----------
    folder : Path
        Folder of the data set.
    found : sequence of ReviewedRegime
    words : mapping
        Id to what is typical of it, written as a comment.
    defects : container of str

    Returns
    -------
    list of str
        Ids that were added.

    Raises
    ------
    DatasetError
        The file has mistakes or a form that cannot be extended.
    """
    path = folder / REGIMES_FILE
    known = {regime.id: regime for regime in read_regimes(folder, defects)}
    new = [regime for regime in found if regime.id not in known]
    if not new:
        return []
    text = site_text(path) if path.exists() else _HEAD
    indent = _indent(text)
    lines = [line for regime in new for line in _entry(regime, words.get(regime.id, ""), indent)]
    body = text if text.endswith("\n") else text + "\n"
    _swap_in(path, body + _with_ends("".join(lines), text), {**known, **{r.id: r for r in new}}, defects)
    return [regime.id for regime in new]


def label_regime(folder: Path, regime: str, said: Mapping[str, str], defects: Container[str]) -> ReviewedRegime:
    """Write what was said of a regime of the reviewed file; nothing else in it changes.

    Parameters
    ----------
    folder : Path
    regime : str
        Id.
    said : mapping
        label, kind, note, reviewed_by and reviewed_on; a note that is not given stays as it is.
    defects : container of str

    Returns
    -------
    ReviewedRegime
        As it now stands in the file.

    Raises
    ------
    DatasetError
        What was said is not right, the file has mistakes, or it does not hold the regime.
    """
    path = folder / REGIMES_FILE
    if mistakes := label_mistakes({key: said.get(key, "") for key in _SAID}, defects):
        raise DatasetError(told_at_once(f"{REGIMES_FILE} was not changed", mistakes))
    known = {one.id: one for one in read_regimes(folder, defects)}
    if regime not in known:
        held = ", ".join(known) or "none"
        raise DatasetError(
            f"{REGIMES_FILE} holds no regime {regime!r}, it has {held}; `diagmod regimes export` adds it"
        )
    text, changed = site_text(path), {key: value for key, value in said.items() if value}
    now = ReviewedRegime(**{**vars(known[regime]), **changed})
    _swap_in(path, _replaced(text, regime, changed), {**known, regime: now}, defects)
    return now


def _entry(regime: ReviewedRegime, words: str, indent: str) -> list[str]:
    """Lines of one regime."""
    places = (("centroid", regime.centroid), ("usual", regime.usual), ("spread", regime.scale))
    rest = [*(f"{key}: ''" for key in _SAID), *(f"{key}: {_flow(values)}" for key, values in places)]
    comment = [f"{indent}# {words}\n"] if words else []
    return [*comment, f"{indent}- id: {regime.id}\n", *(f"{indent}  {line}\n" for line in rest)]


def _flow(values: Mapping[str, float]) -> str:
    return "{" + ", ".join(f"{name}: {float(value)!r}" for name, value in values.items()) + "}"


def _replaced(text: str, regime: str, changed: Mapping[str, str]) -> str:
    """The text with some values of one regime replaced; a key that is not there follows the id."""
    node = _node_of(text, regime)
    values = {key.value: (key, value) for key, value in node.value}
    edits: list[tuple[int, int, str]] = []
    missing = []
    for key in _SAID:
        if key not in changed:
            continue
        if key in values:
            edits.append(_edit(text, *values[key], _quoted(changed[key])))
        else:
            missing.append(f"{key}: {_quoted(changed[key])}")
    if missing:
        name, at = values["id"]
        new_line = "\r\n" if "\r\n" in text else "\n"
        lead = new_line + " " * name.start_mark.column
        edits.append((at.end_mark.index, at.end_mark.index, "".join(lead + line for line in missing)))
    for begin, end, put in sorted(edits, reverse=True):
        text = text[:begin] + put + text[end:]
    return text


def _edit(text: str, key: Any, value: Any, put: str) -> tuple[int, int, str]:
    """Begin and end of a value in the text, and what comes there; an empty value stands right behind its colon."""
    begin = value.start_mark.index
    end = begin + len(text[begin : value.end_mark.index].rstrip())
    if end > begin:
        return begin, end, put
    behind = text.index(":", key.end_mark.index) + 1
    return behind, behind, f" {put}"


def _node_of(text: str, regime: str) -> Any:
    root = YAML(typ="safe", pure=True).compose(text)
    listed = next(value for key, value in root.value if key.value == "regimes")
    return next(n for n in listed.value if any(k.value == "id" and v.value == regime for k, v in n.value))


def _quoted(text: str) -> str:
    """A text as a YAML scalar on one line."""
    return "'" + " ".join(text.split()).replace("'", "''") + "'"


def _indent(text: str) -> str:
    """Indentation of the list of regimes, as the file has it."""
    root = YAML(typ="safe", pure=True).compose(text)
    listed = next((value for key, value in root.value if key.value == "regimes"), None)
    entries = listed.value if listed is not None and isinstance(listed.value, list) else []
    return " " * max(entries[0].start_mark.column - 2, 0) if entries else "  "


def _with_ends(lines: str, text: str) -> str:
    return lines.replace("\n", "\r\n") if "\r\n" in text else lines


def _swap_in(path: Path, text: str, expected: Mapping[str, ReviewedRegime], defects: Container[str]) -> None:
    """Write the file whole and only where it reads back as meant."""
    folder = path.parent / f".{path.name}.new"
    draft = folder / REGIMES_FILE
    folder.mkdir(exist_ok=True)
    try:
        has_mark = path.exists() and path.read_bytes().startswith(codecs.BOM_UTF8)
        with draft.open("w", encoding="utf-8-sig" if has_mark else "utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        if {regime.id: regime for regime in _read_back(folder, defects)} != dict(expected):
            raise DatasetError(f"{path.name} cannot be changed in its present form; edit it by hand")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
        folder.rmdir()


def _read_back(folder: Path, defects: Container[str]) -> tuple[ReviewedRegime, ...]:
    try:
        return read_regimes(folder, defects)
    except DatasetError as exc:
        raise DatasetError(f"{REGIMES_FILE} cannot be changed in its present form ({exc}); edit it by hand") from exc
