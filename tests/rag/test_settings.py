"""Settings: precedence, bounds, unknown keys."""

from pathlib import Path

import pytest

from corpus.errors import SettingsError
from rag.settings import load_settings, sources


@pytest.fixture(autouse=True)
def plain(tmp_path, monkeypatch):
    """A working directory without settings, an environment without ours."""
    monkeypatch.chdir(tmp_path)
    for name in ("INDEX", "PORT", "HOST", "ENCODER"):
        monkeypatch.delenv(f"CEWEN_{name}", raising=False)


def test_defaults_are_for_this_machine_only():
    settings = load_settings()
    assert (settings.host, settings.port, settings.index) == (
        "127.0.0.1", 7860, Path(".cewen/index"),
    )  # fmt: skip


def test_command_line_beats_environment_beats_file(monkeypatch):
    Path("cewen.toml").write_text('port = 1\nhost = "::1"\nencoder = "a"\n', encoding="utf-8")
    monkeypatch.setenv("CEWEN_PORT", "2")
    monkeypatch.setenv("CEWEN_HOST", "localhost")
    settings = load_settings(port=3)
    assert (settings.port, settings.host, settings.encoder) == (3, "localhost", "a")
    origin = sources(settings, port=3)
    assert [origin[key] for key in ("port", "host", "encoder", "index")] == [
        "命令行", "环境变量", "cewen.toml", "默认值",
    ]  # fmt: skip


def test_an_unknown_key_in_the_file_is_refused():
    Path("cewen.toml").write_text("prot = 1\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"“prot”：没有这个设置项.*port.*cewen config show"):
        load_settings()


def test_an_unknown_environment_variable_is_refused(monkeypatch):
    monkeypatch.setenv("CEWEN_PROT", "1")
    with pytest.raises(SettingsError, match=r"CEWEN_PROT.*CEWEN_PORT.*unset"):
        load_settings()


@pytest.mark.parametrize(
    ("key", "value", "accepted"),
    [
        ("port", "99999", "不大于65535"),
        ("port", "abc", "监听端口"),
        ("candidates", "1", "不小于10"),
    ],
)
def test_a_value_out_of_bounds_is_refused(monkeypatch, key, value, accepted):
    monkeypatch.setenv(f"CEWEN_{key.upper()}", value)
    with pytest.raises(SettingsError, match=rf"“{key}”：值“{value}”不可用.*{accepted}"):
        load_settings()


def test_a_broken_file_is_refused():
    Path("cewen.toml").write_text("port = = 1\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"cewen.toml.*无法读取.*UTF-8"):
        load_settings()


def test_api_keys_come_as_json(monkeypatch):
    monkeypatch.setenv("CEWEN_API_KEYS", '{"k1": "editor"}')
    assert load_settings().api_keys == {"k1": "editor"}


def test_api_keys_that_are_no_json_are_refused(monkeypatch):
    monkeypatch.setenv("CEWEN_API_KEYS", "k1")
    with pytest.raises(SettingsError, match=r"api_keys.*不是JSON对象.*reader"):
        load_settings()


def test_a_wrong_role_does_not_tell_the_key(monkeypatch):
    monkeypatch.setenv("CEWEN_API_KEYS", '{"s3cret": "boss"}')
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "s3cret" not in str(caught.value)
