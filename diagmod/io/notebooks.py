"""The two plain forms of a notebook: as it is committed, and as it was executed.

A notebook file says more than its author wrote: outputs, counts, times, process ids and random cell
ids change whenever somebody looks at it, and every such byte would rerun a pipeline stage. The
*canonical* form holds only what a person wrote; JupyterLab saves it through `before_save` and
pre-commit restores it (``python -m diagmod.io.notebooks FILES...``). The *normalised execution* keeps
the outputs and drops what differs between two equal runs, so that equal runs give equal bytes.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from nbformat import NotebookNode

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The one kernel of this project; its display name must not depend on who saved the notebook.
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}

#: Notebook metadata a person writes; all else is made by programs.
KEPT_METADATA = ("title", "authors")

#: Cell metadata a person writes; ``format`` and ``raw_mimetype`` belong to raw cells.
KEPT_CELL_METADATA = ("tags", "format", "raw_mimetype")

#: Tags of cells that papermill adds when it executes; such cells are no source.
PAPERMILL_TAGS = frozenset({"injected-parameters", "papermill-error-cell-tag"})

#: Folder, relative to where JupyterLab starts, whose notebooks are saved in canonical form.
SOURCE_FOLDER = "notebooks"

_PLOTLY = "application/vnd.plotly.v1+json"
_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
_CELL_FILE = re.compile(r"[^\s'\"]*ipykernel_\d+[/\\]\d+\.py")
_UUID = re.compile(r"[0-9a-f]{8}([-_])[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}")
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_STYLER_ID = re.compile(r"<table id=\"T_([0-9a-f]{5})\"")


class NotebookError(Exception):
    """A notebook file cannot be read; the message is one sentence for a person."""


def canonical(nb: NotebookNode) -> NotebookNode:
    """The form in which a notebook is committed: what its author wrote and nothing else.

    Outputs, counts, times, cells added by papermill, metadata of programs and empty cells at the end
    go; tags stay. Cell ids follow from the content, so that an inserted cell changes no other line.

    Parameters
    ----------
    nb : NotebookNode
        Any notebook of format 4; it is not changed.
    """
    cells = [_source_cell(cell) for cell in nb.cells if not PAPERMILL_TAGS & set(_tags(cell))]
    while cells and not cells[-1].source.strip():
        cells.pop()
    return _assemble(nb, cells)


def normalised_execution(nb: NotebookNode) -> NotebookNode:
    """An executed notebook without what differs between two equal runs; outputs stay.

    Times, papermill's paths and versions, widget views (dead without their kernel), random ids in
    HTML, addresses in the plain form of an object and the process id in the file names of warnings
    go. Text an author prints is kept as it is: a clock time or an address in it stays different.

    Parameters
    ----------
    nb : NotebookNode
        A notebook executed by papermill, nbclient or JupyterLab; it is not changed.
    """
    renumber = _Renumber()
    cells = []
    for cell in nb.cells:
        plain = _source_cell(cell)
        if cell.cell_type == "code":
            plain.outputs = list(_outputs(cell.outputs, renumber))
        cells.append(plain)
    _count_executions(nb.cells, cells)
    return _assemble(nb, cells)


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook of any format that nbformat knows, as format 4.

    Raises
    ------
    NotebookError
        The file is missing, or it is no notebook.
    """
    try:
        # Without nbformat's check, which complains of missing cell ids: ids are made from the content.
        nb = nbformat.convert(nbformat.reader.reads(path.read_text(encoding="utf-8")), 4)
        nbformat.validate(canonical(nb))
    except OSError as exc:
        reason = "is missing" if isinstance(exc, FileNotFoundError) else f"cannot be read ({exc.strerror})"
    except (UnicodeDecodeError, nbformat.reader.NotJSONError):
        reason = "is not a notebook (no valid JSON)"
    except (AttributeError, KeyError, TypeError, ValueError, nbformat.ValidationError):
        reason = "is not a notebook (other content than nbformat describes)"
    else:
        return nb
    raise NotebookError(f"{path} {reason}; restore it, for example with `git checkout {path}`")


def write_notebook(nb: NotebookNode, path: Path) -> None:
    """Write a notebook exactly as JupyterLab writes files: sorted keys, one space, final newline."""
    path.write_text(_text(nb), encoding="utf-8", newline="\n")


def is_canonical(path: Path) -> bool:
    """Whether the bytes of a notebook file are those of its canonical form."""
    plain = _text(canonical(read_notebook(path))).encode()
    return path.read_bytes() == plain


def before_save(model: dict[str, Any], path: str, **_: Any) -> None:
    """Save hook of Jupyter's contents manager: notebooks under ``notebooks/`` are saved canonical.

    Others, such as executed reports and a researcher's own, are saved as they are.

    Parameters
    ----------
    model : dict
        Jupyter's contents model; its ``content`` is replaced.
    path : str
        Path of the file relative to the folder JupyterLab serves.
    """
    is_source = path.strip("/").partition("/")[0] == SOURCE_FOLDER
    if is_source and model["type"] == "notebook" and model["content"]["nbformat"] == 4:
        model["content"] = canonical(nbformat.from_dict(model["content"]))


def main(files: list[str] | None = None) -> int:
    """Rewrite notebook files to their canonical form; 1 if any changed, 2 if one cannot be read."""
    changed, unreadable = 0, 0
    for name in sys.argv[1:] if files is None else files:
        path = Path(name)
        try:
            if is_canonical(path):
                continue
            write_notebook(canonical(read_notebook(path)), path)
        except NotebookError as exc:
            sys.stderr.write(f"error: {exc}\n")
            unreadable += 1
            continue
        sys.stderr.write(f"{path}: rewritten without outputs\n")
        changed += 1
    return 2 if unreadable else min(changed, 1)


class _Renumber:
    """Random ids in HTML, replaced by their order of first appearance in the notebook."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __call__(self, html: str) -> str:
        for styler_id in _STYLER_ID.findall(html):
            html = html.replace(f"T_{styler_id}", f"T_{self._number(styler_id):05x}")
        return _UUID.sub(self._uuid, html)

    def _uuid(self, match: re.Match[str]) -> str:
        number = self._number(match.group().replace("_", "-"))
        return match.group(1).join(("00000000", "0000", "4000", "8000", f"{number:012x}"))

    def _number(self, random_id: str) -> int:
        return self._numbers.setdefault(random_id, len(self._numbers) + 1)


def _source_cell(cell: NotebookNode) -> NotebookNode:
    metadata = {key: cell.metadata[key] for key in KEPT_CELL_METADATA if cell.metadata.get(key)}
    make = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }[cell.cell_type]
    plain = make(cell.source, metadata=metadata)
    if cell.get("attachments"):
        plain.attachments = cell.attachments
    return plain


def _assemble(nb: NotebookNode, cells: list[NotebookNode]) -> NotebookNode:
    seen: dict[str, int] = {}
    for cell in cells:
        digest = hashlib.sha256(f"{cell.cell_type}\0{cell.source}".encode()).hexdigest()[:8]
        seen[digest] = seen.get(digest, 0) + 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
    metadata = {key: nb.metadata[key] for key in KEPT_METADATA if nb.metadata.get(key)}
    metadata |= {"kernelspec": dict(KERNELSPEC), "language_info": {"name": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def _outputs(outputs: Iterable[NotebookNode], renumber: _Renumber) -> Iterable[NotebookNode]:
    """Outputs made plain; between two displays first all of stdout, then all of stderr.

    How a kernel cuts a stream into messages, and which stream it flushes first, depends on timing.
    """
    streams: dict[str, str] = {}
    for output in outputs:
        if output.output_type == "stream":
            streams[output.name] = streams.get(output.name, "") + output.text
            continue
        yield from _stream_outputs(streams)
        streams = {}
        if output.output_type == "error":
            traceback = [_CELL_FILE.sub("<cell>", line) for line in output.traceback]
            yield nbformat.v4.new_output("error", ename=output.ename, evalue=output.evalue, traceback=traceback)
        elif data := _data(output.data, renumber):
            yield nbformat.v4.new_output(output.output_type, data=data, metadata=output.get("metadata", {}))
    yield from _stream_outputs(streams)


def _stream_outputs(streams: dict[str, str]) -> Iterable[NotebookNode]:
    for name in sorted(streams, reverse=True):
        yield nbformat.v4.new_output("stream", name=name, text=_CELL_FILE.sub("<cell>", streams[name]))


def _data(bundle: dict[str, Any], renumber: _Renumber) -> dict[str, Any]:
    """A mimebundle without views of dead widgets and without plotly's HTML beside its own mimetype."""
    if _WIDGET_VIEW in bundle:
        return {}
    kept = {kind: value for kind, value in bundle.items() if _PLOTLY not in bundle or kind != "text/html"}
    if "text/html" in kept:
        kept["text/html"] = renumber(kept["text/html"])
    if "text/plain" in kept:
        kept["text/plain"] = _ADDRESS.sub("", kept["text/plain"])
    return kept


def _count_executions(executed: list[NotebookNode], plain: list[NotebookNode]) -> None:
    count = 0
    for before, cell in zip(executed, plain, strict=True):
        if before.cell_type != "code" or before.execution_count is None:
            continue
        count += 1
        cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count


def _tags(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


def _text(nb: NotebookNode) -> str:
    nbformat.validate(nb)
    return nbformat.writes(nb, version=nbformat.NO_CONVERT).rstrip("\n") + "\n"


if __name__ == "__main__":
    sys.exit(main())
