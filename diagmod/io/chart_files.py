"""Severity charts of the user's own, from a YAML file."""

from __future__ import annotations

from pathlib import Path

from diagmod.core.charts import SeverityChart, charts_from_mapping
from diagmod.io.stages import StageError, read_yaml


def read_charts(path: Path) -> tuple[SeverityChart, ...]:
    """Read severity charts; the first one grades.

    Raises
    ------
    StageError
        The file is missing, no YAML mapping, or a chart in it is wrong.
    """
    if not path.is_file():
        raise StageError(f"there is no chart file {path}; give a YAML file to --charts")
    try:
        return charts_from_mapping(read_yaml(path))
    except ValueError as exc:
        raise StageError(f"{path.name}: {exc}") from exc
