"""What a viewer cannot do: run code, read other files, see sources, touch other viewers' kernels. Tried over HTTP and
over the websocket of a real server, byte by byte, as a browser would tidy some of it away."""

from __future__ import annotations

import http.client
import json
import re
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import nbformat
import pytest
from browser.conftest import running_server
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from diagmod.dashboard_channels import PROTOCOL
from diagmod.io.notebooks import KERNELSPEC

if TYPE_CHECKING:
    from collections.abc import Iterator

    from browser.conftest import Served
    from websockets.sync.client import ClientConnection

pytestmark = pytest.mark.browser

SECRET = "only_the_author_reads_this"  # noqa: S105 - a word to look for

TRICKS = [
    "voila/files/x.csv", "voila/files/page.ipynb", "voila/api/contents", "voila/api/contents/page.ipynb",
    "api/contents", "api/kernels", "api/sessions", "api/kernelspecs", "api/terminals", "api/status",
    "voila/execution/a-b-c-d-e", "metrics", "voila/query/11111111-2222-3333-4444-555555555555",
    "voila/api/themes/x", "static/page.ipynb", "tree", "nbconvert/html/x", "voila/render/x.csv",
    "voila/render/private.ipynb", "voila/render/../private.ipynb", "voila/render/%2e%2e/private.ipynb",
    "voila/render/..%2fprivate.ipynb", "voila/render/%252e%252e%252fprivate.ipynb",
    "voila/render/..%5cprivate.ipynb", "voila/render//etc/passwd", "voila/render/page.ipynb%00.ipynb",
    "voila/render/.hidden.ipynb", "voila/render/sub/deep.ipynb",
    "voila/render/.ipynb_checkpoints/page-checkpoint.ipynb", "voila/tree/..", "voila/tree/sub",
    "voila/tree/%2e%2e", "voila/static/../../../../../../../../etc/passwd",
    "voila/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "voila/static//etc/passwd",
    "voila/static/v-x/..%2f..%2f..%2fetc/passwd", "voila/labextensions/%2fetc/passwd",
    "voila/labextensions/..%5c..%5cx", "voila/templates/diagmod/static/../index.html.j2",
    "voila/templates/diagmod/index.html.j2", "voila/templates/lab/static/voila.js",
    "voila/templates/..%2f..%2fx/static/y", "voila/static/%00",
]  # fmt: skip

FORBIDDEN = [
    "execute_request", "inspect_request", "complete_request", "history_request", "is_complete_request", "debug_request",
    "interrupt_request", "shutdown_request", "input_reply", "create_subshell_request",
]  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One page, and beside it, above it and below it what nobody may see."""
    outside = tmp_path_factory.mktemp("project")
    folder = outside / "pages"
    for path in ("page", ".hidden", "sub/deep", ".ipynb_checkpoints/page-checkpoint", "../private"):
        name = folder / f"{path}.ipynb"
        name.parent.mkdir(parents=True, exist_ok=True)
        code = nbformat.v4.new_code_cell(f"# {SECRET}\nimport ipywidgets\nipywidgets.IntSlider()")
        nbformat.write(nbformat.v4.new_notebook(cells=[code], metadata={"kernelspec": KERNELSPEC}), name)
    (folder / "x.csv").write_text(SECRET)
    with running_server(folder, preheat=1, viewers=4) as served:
        yield served


@pytest.fixture(scope="module")
def kernel(server: Served) -> str:
    """Identity of the kernel of an open page."""
    status, _, text = _ask(server, "GET", "voila/render/page.ipynb")
    assert status == 200
    return re.search(r'"kernelId": "([0-9a-f-]{36})"', text)[1]


def _ask(server: Served, method: str, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection(urlsplit(server.base).netloc, timeout=30)
    connection.request(method, "/" + path, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode(errors="replace")
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text


def _socket(server: Served, kernel: str, **options: Any) -> ClientConnection:
    address = f"{server.base.replace('http', 'ws')}api/kernels/{kernel}/channels?session_id={uuid.uuid4().hex}"
    return connect(address, subprotocols=options.pop("subprotocols", [PROTOCOL]), max_size=None, **options)


def _packed(kind: str, content: dict[str, Any], channel: str = "shell", **header: Any) -> bytes:
    head = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": "s", "username": "", "version": "5.3"} | header
    parts = [json.dumps(part).encode() for part in (head, {}, {"version": "2.1.0"}, content)]
    return serialize_msg_to_ws_v1(parts, channel)


def _kinds_until_answered(socket: ClientConnection) -> set[str]:
    """Types of all messages until the kernel answers what it is; it answers in the order of asking."""
    socket.send(_packed("kernel_info_request", {}))
    kinds: set[str] = set()
    while "kernel_info_reply" not in kinds:
        _, parts = deserialize_msg_from_ws_v1(socket.recv(timeout=20))
        kinds.add(json.loads(bytes(parts[0]))["msg_type"])
    return kinds


def test_no_way_of_writing_an_address_leads_to_another_file(server):
    for trick in TRICKS:
        status, _, text = _ask(server, "GET", trick)
        assert status in (400, 404), trick
        assert SECRET not in text, trick
        assert "root:x:" not in text, trick


def test_page_shows_no_source(server):
    status, _, text = _ask(server, "GET", "voila/render/page.ipynb")
    assert status == 200
    assert SECRET not in text


def test_kernels_can_be_asked_for_their_state_only(server, kernel):
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert _ask(server, method, f"api/kernels/{kernel}")[0] == 405
    for action in ("restart", "interrupt"):
        assert _ask(server, "POST", f"api/kernels/{kernel}/{action}")[0] == 404
    assert _ask(server, "POST", f"voila/api/shutdown/{kernel}", Origin="http://evil.example")[0] == 404
    assert _ask(server, "POST", f"voila/api/shutdown/{uuid.uuid4()}")[0] == 404
    status, _, text = _ask(server, "GET", f"api/kernels/{kernel}")
    assert status == 200
    assert json.loads(text)["execution_state"] == "idle"


def test_browser_of_a_viewer_cannot_run_code(server, kernel, tmp_path):
    mark = tmp_path / "mark"
    code = f"open({str(mark)!r}, 'w')"
    content = {"code": code, "silent": False, "store_history": False, "user_expressions": {"x": code}, "value": code}
    state = {"_model_module": "@jupyter-widgets/output", "_model_name": "OutputModel", "_view_module": "x"}
    comm = {"comm_id": uuid.uuid4().hex, "target_name": "jupyter.widget", "data": {"state": state, "buffer_paths": []}}
    with _socket(server, kernel) as socket:
        for channel in ("shell", "control", "stdin", "iopub", "elsewhere"):
            for kind in FORBIDDEN:
                socket.send(_packed(kind, content, channel))
        socket.send(_packed("comm_msg", content)[:40])
        socket.send(b"")
        socket.send(b"\xff" * 64)  # tells of more parts than anybody could count
        socket.send(json.dumps({"channel": "shell", "header": {"msg_type": "execute_request"}, "content": content}))
        socket.send(_packed("comm_open", comm))
        kinds = _kinds_until_answered(socket)
    assert not kinds & {
        "execute_reply",
        "execute_result",
        "inspect_reply",
        "complete_reply",
        "history_reply",
        "comm_msg",
    }
    assert not mark.exists()
    assert _ask(server, "GET", f"api/kernels/{kernel}")[0] == 200


def test_older_protocol_is_not_spoken(server, kernel, tmp_path):
    mark = tmp_path / "mark"
    header = {"msg_id": "m", "msg_type": "comm_info_request", "session": "s", "username": "", "version": "5.3"}
    message = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": {}}
    with _socket(server, kernel, subprotocols=None) as socket:
        socket.send(json.dumps(message))
        with pytest.raises(TimeoutError):
            while "comm_info_reply" not in str(socket.recv(timeout=2)):
                pass
    assert not mark.exists()


def test_sites_elsewhere_and_unknown_kernels_get_no_websocket(server, kernel):
    for identity, options in [
        (kernel, {"origin": "http://evil.example"}),
        (kernel, {"additional_headers": {"Host": "evil.example"}}),
        (str(uuid.uuid4()), {}),
    ]:
        with pytest.raises(InvalidStatus) as refused, _socket(server, identity, **options):
            pass
        assert refused.value.response.status_code in (400, 403, 404)
    for path in ("", "voila/render/page.ipynb", f"api/kernels/{kernel}", f"api/kernels/{kernel}/channels"):
        assert _ask(server, "GET", path, Host="evil.example")[0] == 403


def test_every_answer_carries_the_strict_headers(server, kernel):
    for path in ("", "voila/render/nothing.ipynb", "voila/static/voila.js", f"api/kernels/{kernel}"):
        _, headers, _ = _ask(server, "GET", path)
        policy = headers["content-security-policy"]
        scripts = next((part for part in policy.split(";") if "script-src" in part), "default-src 'none'")
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in scripts, path
        assert headers["x-content-type-options"] == "nosniff", path
        assert "Tornado" not in headers["server"], path


def test_scripts_are_kept_by_browsers_and_compared_without_their_stamp(server):
    _, headers, _ = _ask(server, "GET", "voila/static/voila.js")
    assert headers["cache-control"] == "no-cache"
    assert _ask(server, "GET", "voila/static/voila.js", **{"If-None-Match": headers["etag"]})[0] == 304
    _, _, page = _ask(server, "GET", "voila/render/page.ipynb")
    stamp = re.search(r"voila/static/(v-[0-9a-f]{12})", page)[1]
    assert "immutable" in _ask(server, "GET", f"voila/static/{stamp}/voila.js")[1]["cache-control"]
    assert _ask(server, "GET", "voila/static/v-000000000000/voila.js")[1]["cache-control"] == "no-cache"
