"""What the server of the dashboards answers to: the start page, the pages, a kernel's state, and nothing else.

A page is named by the file name of a notebook that lies in the served folder; a name is looked up among those, never
used as a path, so that no way of writing ``..`` leads anywhere. Every script that our templates bring carries the
nonce of its answer, and no other inline script runs, not even one that got into a page through a value.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from typing import Any

import tornado.iostream
import tornado.web
from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import APIHandler
from voila.handler import BaseVoilaHandler  # type: ignore[import-untyped]
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler  # type: ignore[import-untyped]
from voila.utils import get_page_config  # type: ignore[import-untyped]

from diagmod.dashboard_kernels import DashboardKernels, KernelTrouble, Seat
from diagmod.dashboard_rendering import COMPILED, DashboardRenderer

#: How long a page waits for a seat that a reload is about to give back (s).
SEAT_PATIENCE_S = 2.0

#: After this time somebody who found all seats taken may try again (s).
RETRY_AFTER_S = 30

#: Longest query of an address (bytes); a selection of a page needs a few hundred.
MAX_QUERY = 4096

#: Between signs of life while a cell runs (s).
HEARTBEAT_S = 10.0

_HEARTBEAT = "<script>window.voila_heartbeat()</script>\n"
_TROUBLE = (
    "<div class='dm-note dm-bad' role='alert' data-dm-error='server'><strong>This page could not be started.</strong> "
    "Reload it; if it happens again, ask whoever runs this server to look at its log.</div>"
    "<script>document.getElementById('loading')?.remove();"
    "document.getElementById('rendered_cells')?.style.removeProperty('display')</script>"
)

#: What goes on while answers are sent, kept so that none is forgotten half done.
_RUNNING: set[asyncio.Future[None]] = set()


def _keep(task: asyncio.Future[None]) -> None:
    _RUNNING.add(task)
    task.add_done_callback(_RUNNING.discard)


def _trouble_of(done: asyncio.Future[None]) -> KernelTrouble | None:
    """Why a page could not be made; None where it is complete. However it failed, its viewer must not wait for ever."""
    if done.cancelled():
        return KernelTrouble("the page was broken off")
    failure = done.exception()
    return None if failure is None else KernelTrouble(f"{type(failure).__name__}: {failure}")


class PeopleHandler(BaseVoilaHandler):
    """An answer for people: our templates, with the list of pages and a nonce for their scripts."""

    @property
    def nonce(self) -> str:
        """Word that marks the scripts of this answer as ours."""
        if not hasattr(self, "_nonce"):
            self._nonce = secrets.token_urlsafe(16)
        return self._nonce

    @property
    def content_security_policy(self) -> str:
        """The policy of the configuration, with this answer's nonce."""
        return str(self.settings["headers"]["Content-Security-Policy"]).replace("NONCE", self.nonce)

    @property
    def template_namespace(self) -> dict[str, Any]:
        """What every template may use; no more than it needs."""
        return {"base_url": self.base_url, "page_config": self.page_config()}

    def page_config(self) -> dict[str, Any]:
        """Configuration of Voila's page together with the list of our pages."""
        known = {
            "base_url": self.base_url, "settings": self.settings, "log": self.log,
            "voila_configuration": self.voila_configuration,
        }  # fmt: skip
        config = get_page_config(**known)
        for option in ("fullStaticUrl", "fullLabextensionsUrl"):
            config[option] = f"{config[option]}/v-{self.settings['assets_stamp']}"
        hook = self.voila_configuration.page_config_hook
        return hook(config, **known, notebook_path="") if hook else config

    def signed(self, html: str) -> str:
        """Put the nonce on the scripts of our templates; the renderer has let no other tag pass."""
        return html.replace("<script", f'<script nonce="{self.nonce}"')

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A page in our look that says what is wrong and never why in the words of a traceback."""
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        if status_code == 503:
            self.set_header("Retry-After", str(RETRY_AFTER_S))
        limit = self.kernel_manager.viewers_limit
        self.finish(self.signed(self.render_template("error.html", status_code=status_code, viewers_limit=limit)))


class MissingHandler(PeopleHandler):
    """Every address that is not ours."""

    async def prepare(self) -> None:
        """Answer any method alike."""
        await super().prepare()
        raise tornado.web.HTTPError(404)


class StartHandler(PeopleHandler):
    """The list of pages."""

    @tornado.web.authenticated
    async def get(self) -> None:
        """Cards that lead to the pages."""
        await self.finish(self.signed(self.render_template("tree.html")))


class PageHandler(PeopleHandler):
    """One page, streamed: its frame at once, its cells as they are done."""

    _seat: Seat | None

    @property
    def kernels(self) -> DashboardKernels:
        """The kernels, by their own type."""
        return self.kernel_manager

    def initialize(self, **kwargs: Any) -> None:
        """No seat yet."""
        super().initialize(**kwargs)
        self._seat = None

    @tornado.web.authenticated
    async def get(self, name: str) -> None:
        """Show the notebook of this name to one more viewer."""
        config = self.page_config()
        if name not in [page["file"] for page in config["diagmodPages"]]:
            raise tornado.web.HTTPError(404)
        if len(self.request.query) > MAX_QUERY:
            raise tornado.web.HTTPError(414)
        seat = self._seat = await self.kernels.take_seat(SEAT_PATIENCE_S)
        if seat is None:
            raise tornado.web.HTTPError(503)
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.set_header("Cache-Control", "no-store")
        self.kernels.rendering += 1
        is_shown = False
        try:
            async for html in self._render(name, config, seat):
                self.write(self.signed(html))
                await self.flush()
            is_shown = True
        except tornado.iostream.StreamClosedError:
            self.log.info("A viewer left before %s was shown.", name)
        except KernelTrouble as exc:
            self.log.error("No kernel for %s: %s", name, exc)
            self.write(self.signed(_TROUBLE))
        finally:
            self.kernels.rendering -= 1
            if not is_shown:
                await self.kernels.release(seat)

    def on_connection_close(self) -> None:
        """The viewer left before the page was complete."""
        if self._seat is not None:
            _keep(asyncio.ensure_future(self.kernels.release(self._seat)))
        super().on_connection_close()

    async def _render(self, name: str, config: dict[str, Any], seat: Seat) -> AsyncIterator[str]:
        """Pieces of HTML in order, with a sign of life where a cell takes long."""
        pieces: asyncio.Queue[str | KernelTrouble | None] = asyncio.Queue()
        filling = asyncio.ensure_future(self._fill(pieces, name, config, seat))
        filling.add_done_callback(lambda done: pieces.put_nowait(_trouble_of(done)))
        _keep(filling)
        while True:
            try:
                piece = await asyncio.wait_for(pieces.get(), HEARTBEAT_S)
            except TimeoutError:
                piece = _HEARTBEAT
            if piece is None:
                return
            if isinstance(piece, KernelTrouble):
                raise piece
            yield piece

    async def _fill(
        self, pieces: asyncio.Queue[str | KernelTrouble | None], name: str, config: dict[str, Any], seat: Seat
    ) -> None:
        request = {"SCRIPT_NAME": f"{self.base_url}voila/render/{name}", "QUERY_STRING": self.request.query}
        kernel = asyncio.ensure_future(self.kernels.bring(seat, request))
        renderer = self._renderer(name, config)
        await renderer.initialize()
        renderer.exporter.environment.bytecode_cache = COMPILED
        async for html, _ in renderer.generate_content_generator(None, kernel):
            pieces.put_nowait(html)

    def _renderer(self, name: str, config: dict[str, Any]) -> DashboardRenderer:
        app = self.settings["voila"]
        return DashboardRenderer(
            request_handler=self,
            voila_configuration=self.voila_configuration,
            traitlet_config=app.config,
            notebook_path=name,
            template_paths=app.template_paths,
            config_manager=self.config_manager,
            contents_manager=self.contents_manager,
            base_url=self.base_url,
            kernel_spec_manager=self.kernel_spec_manager,
            page_config=config,
            mathjax_config=None,
            mathjax_url=None,
        )


class KernelHandler(APIHandler):
    """Whether a kernel lives; the page's script asks, and JupyterLab's does when it connects again."""

    @tornado.web.authenticated
    async def get(self, kernel_id: str) -> None:
        """State of one kernel whose identity is known."""
        if self.kernel_manager.is_waiting(kernel_id):
            raise tornado.web.HTTPError(404)
        model = await ensure_async(self.kernel_manager.kernel_model(kernel_id))
        model["last_activity"] = str(model["last_activity"])
        self.set_header("Cache-Control", "no-store")
        await self.finish(json.dumps(model))


class LeaveHandler(APIHandler):
    """The beacon that a page sends when it is closed."""

    @tornado.web.authenticated
    async def post(self, kernel_id: str) -> None:
        """End the kernel of a page."""
        if self.kernel_manager.is_waiting(kernel_id) or kernel_id not in self.kernel_manager:
            raise tornado.web.HTTPError(404)
        await self.kernel_manager.shutdown_kernel(kernel_id)
        self.set_status(204)
        await self.finish()


class ChannelsHandler(VoilaKernelWebsocketHandler):
    """The websocket between a page and its kernel; which messages pass is decided by ``DashboardConnection``."""

    async def pre_get(self) -> None:
        """Refuse kernels that belong to nobody yet."""
        if self.kernel_manager.is_waiting(self.kernel_id) or self.kernel_id not in self.kernel_manager:
            raise tornado.web.HTTPError(404)
        await super().pre_get()
