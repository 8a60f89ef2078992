"""A page of the dashboards made from its notebook: by Voila's renderer, on a kernel that is connected already.

Two things of Voila's cost a viewer a third of a second and are left out: connecting to the kernel anew, and compiling
the templates for every page. And what a cell shows loses its script tags, because a template may write it into the
page as it is.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import jinja2
from jupyter_core.utils import ensure_async
from voila.execute import VoilaExecutor  # type: ignore[import-untyped]
from voila.notebook_renderer import NotebookRenderer  # type: ignore[import-untyped]

#: What begins or ends a script in HTML.
_SCRIPT = re.compile(r"<(?=/?script)", re.IGNORECASE)


class _Compiled(jinja2.BytecodeCache):
    """Templates as compiled before; jinja compares the source, so that an edited template is compiled again."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


#: Shared by all pages.
COMPILED = _Compiled()


class DashboardRenderer(NotebookRenderer):
    """Voila's renderer on a kernel that is connected already, whose identity it learns before the first cell."""

    async def _jinja_kernel_start(self, nb: Any, kernel_id: Any, kernel_future: Any) -> str:
        client = await kernel_future
        self.executor = VoilaExecutor(
            nb,
            km=client.parent,
            config=self.traitlet_config,
            show_tracebacks=self.voila_configuration.show_tracebacks,
        )
        self.executor.kc = client
        self.kernel_started = True
        return str(client.parent.kernel_id)

    async def _jinja_cell_generator(self, nb: Any, kernel_id: Any) -> AsyncIterator[Any]:
        async for cell in super()._jinja_cell_generator(nb, kernel_id):
            yield _without_scripts(cell)
            if not await ensure_async(self.executor.km.is_alive()):
                break  # the other cells would only say the same once more
        await self._cleanup_resources()


def _without_scripts(cell: Any) -> Any:
    """Take the meaning from script tags of what a cell shows; a template may write that into the page as it is."""
    for output in cell.get("outputs", []):
        for kind, text in output.get("data", {}).items():
            if kind == "text/html":
                output["data"][kind] = _SCRIPT.sub("&lt;", "".join(text))
    return cell
