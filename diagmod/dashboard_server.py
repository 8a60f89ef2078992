"""The server of the dashboards: Voila's, with our kernels, our answers and nothing left open.

Of Voila it keeps the settings, the template system and the rendering of notebooks; the table of what it answers to is
our own, so that a handler that a later Voila adds is not served before somebody has looked at it.
``python -m diagmod.dashboard_server FOLDER`` starts it; ``diagmod.serve`` gives it its environment.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any, ClassVar

import tornado.ioloop
from jupyter_server.utils import url_path_join
from traitlets import Bool, Integer, Type, Unicode
from voila.app import Voila  # type: ignore[import-untyped]
from voila.paths import collect_static_paths  # type: ignore[import-untyped]

from diagmod.dashboard_assets import AssetHandler, stamp_of
from diagmod.dashboard_channels import DashboardConnection
from diagmod.dashboard_handlers import (
    ChannelsHandler,
    KernelHandler,
    LeaveHandler,
    MissingHandler,
    PageHandler,
    StartHandler,
)
from diagmod.dashboard_kernels import DashboardKernels
from diagmod.dashboard_warmup import imported_modules

#: Addresses of this machine; only there may pages change things, as there is no login.
LOOPBACK = ("127.0.0.1", "::1", "localhost")

_KERNEL = r"(?P<kernel_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"


class DashboardServer(Voila):
    """Voila for one flat folder of notebooks, on this machine."""

    viewers = Integer(20, min=1, config=True, help="Viewers served at once.")
    preheat = Integer(3, min=0, config=True, help="Kernels kept warm for the next viewers, whatever page they open.")
    allow_changes = Bool(False, config=True, help="Whether pages may change things.")
    version = Unicode("")  # said to nobody
    kernel_websocket_connection_class = Type(DashboardConnection, config=True)

    aliases: ClassVar = {**Voila.aliases, "viewers": "DashboardServer.viewers", "preheat": "DashboardServer.preheat"}
    flags: ClassVar = {
        **Voila.flags,
        "allow-changes": ({"DashboardServer": {"allow_changes": True}}, "let pages change things"),
    }

    def initialize(self, argv: list[str] | None = None) -> None:
        """Read the configuration and set up the kernels by it.

        Raises
        ------
        ValueError
            Changes are to be allowed at an address that others can reach.
        """
        super().initialize(argv)
        if self.allow_changes and self.ip not in LOOPBACK:
            raise ValueError(
                f"changes are allowed on this machine only, got the address {self.ip}; leave out --allow-changes or "
                f"serve at {LOOPBACK[0]}"
            )
        self.voila_configuration.multi_kernel_manager_class = DashboardKernels
        pages = sorted(Path(self.root_dir).glob("*.ipynb"))
        self.config.DashboardKernels.update(
            viewers_limit=self.viewers,
            warm_size=self.preheat,
            warm_modules=imported_modules(pages),
            allow_changes=self.allow_changes,
            root_dir=str(self.root_dir),
        )

    def init_settings(self) -> dict[str, Any]:
        """Settings of Voila; the list of handlers is ours, and so is the answer to every other address."""
        return super().init_settings() | {
            "default_handler_class": MissingHandler,
            "default_handler_args": {"voila_configuration": self.voila_configuration},
        }

    def init_handlers(self) -> list[tuple[Any, ...]]:
        """Everything that is answered to."""
        config = {"voila_configuration": self.voila_configuration}
        table = [
            (r"", StartHandler, config),
            (r"voila/tree/?", StartHandler, config),
            (r"voila/render/([^/\\]+\.ipynb)", PageHandler, config),
            (rf"api/kernels/{_KERNEL}", KernelHandler),
            (rf"api/kernels/{_KERNEL}/channels", ChannelsHandler),
            (rf"voila/api/shutdown/{_KERNEL}", LeaveHandler),
            *self._assets(),
        ]
        return [(url_path_join(self.server_url, pattern), *rest) for pattern, *rest in table]

    def _assets(self) -> list[tuple[Any, ...]]:
        """Folders of scripts and styles, with the stamp that their addresses hold."""
        template = self.voila_configuration.template
        places = {
            "voila/static": self.static_paths,
            f"voila/templates/{template}/static": collect_static_paths(["voila", "nbconvert"], template),
            "voila/labextensions": self.labextensions_path,
        }
        folders = {place: [Path(path) for path in paths if Path(path).is_dir()] for place, paths in places.items()}
        started_ns = time.time_ns()
        stamp = stamp_of(folder for known in folders.values() for folder in known)
        self.app.settings["assets_stamp"] = stamp
        return [
            (rf"{place}/(.*)", AssetHandler, {"folders": known, "stamp": stamp, "started_ns": started_ns})
            for place, known in folders.items()
        ]

    def listen(self) -> None:
        """Warm up kernels as soon as the server answers."""
        tornado.ioloop.IOLoop.current().add_callback(self.kernel_manager.refill)
        super().listen()

    def stop(self) -> None:
        """End every kernel before the server ends."""
        self.ioloop.run_sync(self.kernel_manager.shutdown_all)
        shutil.rmtree(self.connection_dir, ignore_errors=True)


if __name__ == "__main__":
    DashboardServer.launch_instance()
