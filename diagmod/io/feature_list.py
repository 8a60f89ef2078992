"""The table of features as a list for people: a CSV beside the tables, and a block of Markdown for the data card.

Both are made from the definitions that stand beside the code, so that no page can say something else. The Markdown
names the three phases of a feature once, and the four columns of a fault line once.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from diagmod.core.feature_definitions import GROUPS, Feature
from diagmod.core.features import FEATURES
from diagmod.core.signature_features import ENDINGS, LINES

#: Lines between which the block stands in a page.
BEGIN, END = "<!-- features: begin -->", "<!-- features: end -->"

_COLUMNS = ("name", "unit", "group", "level", "meaning", "formula", "source", "changes")


def feature_list(current_unit: str = "A", groups: Sequence[str] = GROUPS) -> pd.DataFrame:
    """Every feature of some groups with all that is said of it: a row a feature; ampere is the data set's unit."""
    rows = [[getattr(feature, name) for name in _COLUMNS] for feature in FEATURES if feature.group in groups]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).replace({"unit": {"A": current_unit}})


def feature_summary(current_unit: str = "A", groups: Sequence[str] = GROUPS) -> pd.DataFrame:
    """The same in fewer rows: one for the three phases of a feature, one for all lines of a kind of column."""
    shown = [feature for feature in FEATURES if feature.group in groups]
    rows = [[name, *(getattr(feature, c) for c in _COLUMNS[1:])] for name, feature in _named_once(shown)]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).replace({"unit": {"A": current_unit}})


def feature_markdown() -> str:
    """Every feature in tables of Markdown, a heading a group, between :data:`BEGIN` and :data:`END`."""
    parts = [BEGIN]
    for group in GROUPS:
        own = [feature for feature in FEATURES if feature.group == group]
        if not own:
            continue
        parts += [f"### Group `{group}`, {len(own)} columns", ""]
        rows = [
            [f"`{name}`", _unit(f.unit), f.level, f.meaning, f"`{_escaped(f.formula)}`", f.source, f.changes]
            for name, f in _named_once(own)
        ]
        parts += [*_markdown(("feature", "unit", "level", "meaning", "formula", "source", "what changes it"), rows), ""]
        if group == "signatures":
            lines = [[f"`{line.stem}`", f"`{line.line}`", line.fault.replace("_", " ")] for line in LINES]
            parts += [*_markdown(("LINE", "in a diagnosis", "fault"), lines), ""]
    return "\n".join([*parts, END])


def with_block(page: str, block: str) -> str:
    """A page whose block of features is replaced, or that gets one at its end.

    Examples
    --------
    >>> with_block(f"# Card\\n{BEGIN}\\nold\\n{END}\\nmore\\n", f"{BEGIN}\\nnew\\n{END}")
    '# Card\\n<!-- features: begin -->\\nnew\\n<!-- features: end -->\\nmore\\n'
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        return f"{page.rstrip()}\n\n{block}\n"
    return f"{before}{block}{after}"


def _named_once(features: Iterable[Feature]) -> list[tuple[str, Feature]]:
    """Features without those of S and T, and without all but the first of the lines of a signature."""
    known = {feature.name for feature in FEATURES}
    line_columns = {f"{line.stem}_{ending}": ending for line in LINES for ending in ENDINGS}
    found, seen = [], set()
    for feature in features:
        stem, _, phase = feature.name.rpartition("_")
        if feature.name in line_columns:
            ending = line_columns[feature.name]
            if ending not in seen:
                seen.add(ending)
                found.append((f"LINE_{ending}", feature))
        elif phase in ("S", "T") and f"{stem}_R" in known:
            continue
        elif phase == "R" and {f"{stem}_S", f"{stem}_T"} <= known:
            found.append((f"{stem}_R", feature))
        else:
            found.append((feature.name, feature))
    return found


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *([_cell(c) for c in r] for r in rows))]


def _cell(text: str) -> str:
    return text if text.startswith("`") else _escaped(text)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _unit(unit: str) -> str:
    return {"1": "–", "A": "A (unit of the recording)"}.get(unit, unit)


def main() -> None:
    """Write the block anew into the pages named on the command line."""
    for name in sys.argv[1:]:
        page = Path(name)
        page.write_text(with_block(page.read_text(encoding="utf-8"), feature_markdown()), encoding="utf-8")


if __name__ == "__main__":
    main()
