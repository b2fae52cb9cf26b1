"""The running service: address, start, signals."""

import json
import signal
import urllib.request

import pytest

from corpus.errors import SettingsError
from rag.settings import Settings
from ui.serve import exposed, listen, serve, url_of


def test_a_port_in_use_is_said_with_what_to_do():
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"127.0.0.1:{port} 上监听.*--port 7861"):
            listen("127.0.0.1", port)


def test_an_address_of_another_machine_is_said():
    with pytest.raises(SettingsError, match="地址须是本机的"):
        listen("192.0.2.1", 0)


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://127.0.0.1:"),
        ("0.0.0.0", "http://127.0.0.1:"),
        ("::1", "http://[::1]:"),
    ],
)
def test_the_url_is_one_that_this_machine_reaches(host, shown):
    with listen(host, 0) as listener:
        assert url_of(listener) == f"{shown}{listener.getsockname()[1]}"


@pytest.mark.parametrize(
    ("settings", "open_to_all"),
    [
        ({"host": "127.0.0.1"}, False),
        ({"host": "::1"}, False),
        ({"host": "0.0.0.0"}, True),
        ({"host": "0.0.0.0", "api_keys": {"k": "reader"}}, False),
    ],
)
def test_a_service_open_to_others_without_keys_is_noticed(settings, open_to_all):
    assert exposed(Settings(**settings)) is open_to_all


def test_what_prevents_loading_ends_the_server():
    announced = []

    def load():
        raise SettingsError("encoder", "没有", accepted="某", advice="某")

    with pytest.raises(SettingsError, match="设置项“encoder”：没有"):
        serve(load, Settings(port=0), announce=announced.append)
    assert announced == []


def get(url):
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.read().decode()


@pytest.mark.server
def test_the_service_answers_at_the_address_it_announces(url):
    assert url.startswith("http://127.0.0.1:")
    assert json.loads(get(f"{url}/readyz"))["documents"] == 5
    request = urllib.request.Request(
        f"{url}/api/v1/ask",
        json.dumps({"question": "温州市到2021年新材料产业总产值目标是多少？"}).encode(),
        {"content-type": "application/json"},
    )
    assert "400亿元" in json.loads(get(request))["answer"]
    assert "策问" in get(f"{url}/")


@pytest.mark.server
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_service_in_order(start_server, tmp_path, number):
    server = start_server(tmp_path / "index")
    server.wait_ready()
    assert server.stop(number) == 0
    assert "Traceback" not in "\n".join(server.said)


@pytest.mark.server
def test_a_second_service_on_the_port_is_refused_in_one_line(start_server, url, tmp_path):
    port = url.rpartition(":")[2]
    second = start_server(tmp_path / "index", "--port", port)
    said, _ = second.process.communicate(timeout=60)
    assert second.process.returncode == 2
    assert said.startswith("错误：设置项“port”")
    assert said.count("\n") == 1
