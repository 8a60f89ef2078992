"""The page that ``dvc plots show`` fills, with its drawing library inside: ``python -m diagmod.plots_page FILE``.

DVC's own page loads Vega from a content delivery network and stays empty without one. The library
comes from the package vl-convert, so page and network have nothing to do with each other.
"""

from __future__ import annotations

import sys
from pathlib import Path

#: What DVC replaces; its own script tags (``{scripts}``) are left out on purpose.
_PLOTS, _REFRESH = "{plot_divs}", "{refresh_tag}"

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>diagmod: plots</title>
REFRESH
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data: blob:;
 script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'">
<style>body { font: 16px/1.5 system-ui, sans-serif; margin: 24px; } table { border-spacing: 15px; }</style>
<script>LIBRARY</script>
</head>
<body>
PLOTS
</body>
</html>
"""


def plots_page() -> str:
    """HTML with DVC's placeholders and Vega, Vega-Lite and Vega-Embed inlined."""
    import vl_convert

    library = vl_convert.javascript_bundle(snippet=None)  # type: ignore[arg-type]  # its own default
    library = library.replace("</script", "<\\/script")
    return _PAGE.replace("REFRESH", _REFRESH).replace("PLOTS", _PLOTS).replace("LIBRARY", library)


def main() -> int:
    """Write the page to the file named on the command line."""
    if len(sys.argv) != 2:
        sys.stderr.write("error: name the file to write: python -m diagmod.plots_page FILE\n")
        return 2
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(plots_page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
