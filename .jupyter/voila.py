"""How dashboards are served; `diagmod.serve.serve_command` starts Voila so that it finds this file."""

import importlib.util
import os
from pathlib import Path

import plotly

from diagmod.serve import dashboard_pages

c = get_config()  # noqa: F821

# One port or none: a page must not appear at an address nobody asked for.
c.Voila.port_retries = 0

# Viewers see results and nothing else: no sources, no tracebacks, no files, no other template.
c.VoilaConfiguration.template = "diagmod"
c.VoilaConfiguration.theme = "light"  # the template follows the browser's scheme by itself
c.VoilaConfiguration.strip_sources = True
c.VoilaConfiguration.show_tracebacks = False
c.VoilaConfiguration.file_allowlist = []
c.VoilaConfiguration.allow_template_override = "NO"
c.VoilaConfiguration.allow_theme_override = "NO"
c.VoilaConfiguration.classic_tree = True  # the list of pages comes from our template

# What a page needs in the browser: ipywidgets, figures, anywidget. Others only cost time. plotly.min.js
# is served from the installed package, so that the page and its figures never differ in version.
_tables = Path(importlib.util.find_spec("itables").origin).parent / "html"  # found, not imported: it loads much
c.VoilaConfiguration.extra_labextensions_path = [str(Path(plotly.__file__).parent / "package_data"), str(_tables)]
c.VoilaConfiguration.extension_allowlist = [
    "@voila-dashboards/widgets-manager8",
    "@jupyter-widgets/jupyterlab-manager",
    "diagmod-figures",
    "anywidget",
]

# A cell that takes longer than this (s) ends the page with a sentence instead of loading for ever.
c.VoilaExecutor.timeout = 60

# A closed page stops its kernel by a beacon; what got lost is stopped when nobody is connected (s).
c.MappingKernelManager.cull_interval = 30
c.MappingKernelManager.cull_idle_timeout = 120
c.MappingKernelManager.cull_connected = False
c.MappingKernelManager.buffer_offline_messages = False

# A kernel that died stays dead: a new one would know none of the page's controls. Looked at every second.
c.KernelRestarter.restart_limit = 0
c.KernelRestarter.time_to_dead = 1.0

# Between server and kernels: sockets in a folder that nobody else may enter, no port that others could try.
if os.name != "nt":
    c.KernelManager.transport = "ipc"

c.IdentityProvider.cookie_options = {"samesite": "Strict"}

c.Voila.tornado_settings = {
    # The beacon cannot carry a token (voila#1458); the only unprotected request it frees is "stop a
    # kernel whose random name is known", and that is refused when another site sends it.
    "disable_check_xsrf": True,
    # Pages of other sites must not reach this server through a name they point at 127.0.0.1.
    "allow_remote_access": False,
    # An upload comes as one message: 64 MB and what is around it.
    "websocket_max_message_size": 65 * 2**20,
    "headers": {
        # The server replaces NONCE at every answer: our own scripts run, others inside a page do not.
        # Styles inside a page are what plotly and JupyterLab need.
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self' 'nonce-NONCE' blob:; style-src 'self' 'unsafe-inline'; "
            "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
            "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Server": "diagmod",
    },
}


def add_pages(page_config, **_):
    """Tell the template which pages there are now, for its navigation and its start page."""
    page_config["diagmodPages"] = dashboard_pages(Path(os.environ["DIAGMOD_DASHBOARDS"]))
    return page_config


c.VoilaConfiguration.page_config_hook = add_pages
