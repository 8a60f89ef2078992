"""Small files that people read too, JSON and YAML: the same content is the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML


def json_text(content: Mapping[str, Any]) -> str:
    """A mapping as JSON, its keys in order, with a newline at the end."""
    return json.dumps(content, indent=1, sort_keys=True) + "\n"


def write_json(content: Mapping[str, Any], path: Path) -> None:
    """Write a mapping as :func:`json_text`."""
    path.write_text(json_text(content), encoding="utf-8")


def write_yaml(content: Mapping[str, object], path: Path) -> None:
    """Write a mapping as YAML, in its own order."""
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        yaml.dump(content, stream)
