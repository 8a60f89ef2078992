"""Scripts and styles that pages load: from known folders only, kept by browsers, and never out of date.

The addresses of scripts hold a stamp of all files as they were when the server started, so that a browser may keep
what it got for ever; the next version of anything has another address. A file that changed since, or is asked for
without the stamp, is compared by its entity tag at every use. Nothing is compressed here: pages are read on this
machine, where unpacking costs more than it saves; a proxy in front may do it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tornado.web

#: Kept for a year, which stands for ever.
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"


def stamp_of(folders: Iterable[Path]) -> str:
    """Hash of names, sizes and times of all files below folders (12 hex digits)."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            seen = path.stat()
            digest.update(f"{path}\0{seen.st_size}\0{seen.st_mtime_ns}\0".encode())
    return digest.hexdigest()[:12]


class AssetHandler(tornado.web.StaticFileHandler):
    """Files below several folders, the first that has it."""

    def initialize(self, folders: list[Path], stamp: str, started_ns: int) -> None:  # type: ignore[override]
        """``started_ns`` is when the stamp was taken; younger files are not covered by it."""
        self.folders, self.stamp, self.started_ns = folders, stamp, started_ns
        super().initialize(path="")

    async def get(self, path: str, include_body: bool = True) -> None:
        """One file, its address with or without the stamp."""
        head, _, rest = path.partition("/")
        self.is_stamped = head == f"v-{self.stamp}"
        await super().get(rest if head.startswith("v-") else path, include_body)

    def set_default_headers(self) -> None:
        """Headers of every answer of this server."""
        for name, value in self.settings["headers"].items():
            self.set_header(name, value.replace("'nonce-NONCE'", ""))

    def parse_url_path(self, url_path: str) -> str:
        """Find the folder that has the file; a hidden one is in none."""
        parts = url_path.split("/")
        if "\\" in url_path or "\0" in url_path or any(part.startswith(".") or not part for part in parts):
            raise tornado.web.HTTPError(404)
        found = (folder for folder in self.folders if folder.joinpath(*parts).is_file())
        folder = next(found, None)
        if folder is None:
            raise tornado.web.HTTPError(404)
        self.root = str(folder)
        return super().parse_url_path(url_path)

    def compute_etag(self) -> str:
        """By time and size, so that a file that changes under a running server is seen to change."""
        seen = Path(str(self.absolute_path)).stat()
        return f'"{seen.st_mtime_ns:x}-{seen.st_size:x}"'

    def get_cache_time(self, *_: Any) -> int:
        """Only :meth:`set_extra_headers` decides."""
        return 0

    def set_extra_headers(self, path: str) -> None:
        """For ever under the stamp; ask again otherwise."""
        is_old = Path(str(self.absolute_path)).stat().st_mtime_ns <= self.started_ns
        self.set_header("Cache-Control", _FOR_EVER if self.is_stamped and is_old else _ASK_AGAIN)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Nobody reads the body of a missing script."""
        self.finish()
