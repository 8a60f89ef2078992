"""Which messages of a page's browser reach its kernel: those of widgets, and no others.

Voila drops what would execute code by its type; this connection is stricter. It speaks one protocol, on one channel,
takes apart every message before it is passed on, and lets nobody open a comm except the one by which ipywidgets asks
for the state of the controls. So a viewer can set the values of the controls that the page made (which pages check)
and cannot make new ones.
"""

from __future__ import annotations

import struct
from typing import Any

from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

from diagmod.dashboard_kernels import ALLOWED_MESSAGES

#: The only protocol spoken; the older one is JSON with other rules.
PROTOCOL = "v1.kernel.websocket.jupyter.org"

#: Targets of comms that a browser may open.
COMM_TARGETS = frozenset({"jupyter.widget.control"})

#: Most parts of a message, buffers among them; Jupyter itself would try to count to any number that is sent.
MOST_PARTS = 256

#: Header, parent header, metadata and content come before the buffers.
_N_PARTS = 4


class DashboardConnection(ZMQChannelsWebsocketConnection):
    """A connection that passes widgets' messages only."""

    def handle_incoming_message(self, incoming_msg: Any) -> None:
        """Pass a message on, or drop it and say so in the log."""
        reason = self._why_refused(incoming_msg)
        if reason:
            self.log.warning("A message of a browser was dropped: %s.", reason)
            return
        super().handle_incoming_message(incoming_msg)

    def _why_refused(self, message: Any) -> str:
        """Empty for a message that may pass."""
        if self.subprotocol != PROTOCOL or not isinstance(message, bytes):
            return "not in the protocol that is spoken here"
        if int.from_bytes(message[:8], "little") > MOST_PARTS:
            return "it claims too many parts"
        try:
            channel, parts = deserialize_msg_from_ws_v1(message)
            header, content = self.session.unpack(parts[0]), self.session.unpack(parts[_N_PARTS - 1])
        except (ValueError, IndexError, TypeError, struct.error):
            return "it cannot be taken apart"
        if not isinstance(header, dict) or not isinstance(content, dict):
            return "its parts are not objects"
        kind = header.get("msg_type")
        if channel != "shell" or kind not in ALLOWED_MESSAGES:
            return f"type {kind!r} on channel {channel!r} is not allowed"
        if kind == "comm_open" and content.get("target_name") not in COMM_TARGETS:
            return f"comm target {content.get('target_name')!r} is not allowed"
        return ""
