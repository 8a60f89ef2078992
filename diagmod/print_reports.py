"""Print the HTML reports to PDF: ``python -m diagmod.print_reports`` (or ``make pdf``).

The printing is Chromium's, which draws the figures first; nothing is asked from the network.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from diagmod.io.paths import project_root

#: Names under which Chromium is installed.
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

#: Time for one report (s).
TIME_LIMIT_S = 120


def find_browser() -> str | None:
    """Path of Chromium: the variable ``DIAGMOD_CHROMIUM`` or the first of :data:`BROWSERS` found."""
    given = os.environ.get("DIAGMOD_CHROMIUM")
    return next(filter(None, map(shutil.which, [given] if given else BROWSERS)), None)


def print_report(browser: str, html: Path, pdf: Path) -> None:
    """Print one HTML file; an earlier PDF stays until the new one is whole.

    Raises
    ------
    RuntimeError
        The browser made no file, or not in time.
    """
    pdf.parent.mkdir(parents=True, exist_ok=True)
    draft = pdf.with_name(f".{pdf.name}")
    draft.unlink(missing_ok=True)
    flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    flags += " --disable-component-update --disable-sync --no-pdf-header-footer --virtual-time-budget=20000"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [browser, *flags.split(), f"--user-data-dir={profile}", f"--print-to-pdf={draft}", html.as_uri()]
        try:
            result = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT_S, check=False)
        except subprocess.TimeoutExpired:
            draft.unlink(missing_ok=True)
            raise RuntimeError(f"{html.name} was not printed within {TIME_LIMIT_S} s; try again") from None
    if not draft.is_file():
        reason = result.stderr.strip().split("\n")[-1] or f"the browser ended with code {result.returncode}"
        raise RuntimeError(f"{html.name} could not be printed: {reason}")
    draft.replace(pdf)


def main() -> int:
    """Print every report; returns 0, or 2 with the reason in a sentence."""
    browser = find_browser()
    if browser is None:
        sys.stderr.write("error: no Chromium found; install it or name it by DIAGMOD_CHROMIUM\n")
        return 2
    try:
        root = project_root()
        reports = sorted((root / "reports" / "notebooks").glob("*.html"))
        if not reports:
            sys.stderr.write("error: there is no report to print; run `make repro` first\n")
            return 2
        for html in reports:
            pdf = root / "reports" / "pdf" / f"{html.stem}.pdf"
            print_report(browser, html, pdf)
            sys.stdout.write(f"{pdf.relative_to(root)}\n")
    except (OSError, RuntimeError) as exc:
        sys.stderr.write(f"error: {exc}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
