"""Settings come from arguments, the environment and a file, in this order."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from carrel.hub.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CARREL_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "carrel.toml"
    path.write_text('[hub]\nport = 1234\nhost = "0.0.0.0"\n[site]\nname = "From the file"\n')
    return path


def test_the_defaults_run_on_a_laptop() -> None:
    settings = load_settings()
    assert (settings.hub.host, settings.hub.port) == ("127.0.0.1", 8000)
    assert not settings.site.open_signup
    assert settings.database_url == f"sqlite:///{Path('data').absolute() / 'carrel.sqlite'}"


def test_variables_name_a_section_and_a_field(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARREL_HUB_LOG_FORMAT", "json")
    monkeypatch.setenv("CARREL_PROJECTS_START_TIMEOUT_S", "7.5")
    monkeypatch.setenv("CARREL_RUNNER_PROXY_ALLOW", '["files.example.org"]')
    settings = load_settings()
    assert settings.hub.log_format == "json"
    assert settings.projects.start_timeout_s == 7.5
    assert settings.runner.proxy_allow == ("files.example.org",)


def test_a_file_is_weaker_than_a_variable_and_that_than_an_argument(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARREL_HUB_PORT", "2345")
    settings = load_settings(config)
    assert (settings.hub.host, settings.hub.port, settings.site.name) == ("0.0.0.0", 2345, "From the file")
    assert load_settings(config, hub={"port": 3456}).hub.port == 3456


@pytest.mark.parametrize("text", ["[hub]\nprot = 1\n", "[nope]\nx = 1\n", "[hub]\nport = 99999\n", "hub = 1\n"])
def test_what_the_file_must_not_say(config: Path, text: str) -> None:
    config.write_text(text)
    with pytest.raises(ValidationError):
        load_settings(config)


def test_secrets_are_not_shown() -> None:
    settings = load_settings(mail={"password": "hidden"}, database={"url": "postgresql://me:hidden@h/d"})
    assert "hidden" not in repr(settings) + str(settings)
    assert settings.database_url == "postgresql://me:hidden@h/d"


def test_every_setting_is_described() -> None:
    for section in Settings.model_fields.values():
        for name, field in getattr(section.annotation, "model_fields", {}).items():
            assert field.description, name


def test_the_pages_that_may_embed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARREL_IFRAME_COMM_HOSTS", "lms.example.org, .example.com")
    assert [host.host for host in load_settings().parents.hosts] == ["lms.example.org", "example.com"]
    monkeypatch.setenv("CARREL_IFRAME_COMM_HOSTS", "lms.example.org *")
    with pytest.raises(ValidationError, match="'\\*' is no host that may embed"):
        load_settings()


@pytest.mark.parametrize("url", [None, "http://carrel.example.org", "https://localhost:8000"])
def test_dev_opens_a_site_on_a_developers_machine(monkeypatch: pytest.MonkeyPatch, url: str | None) -> None:
    monkeypatch.setenv("CARREL_DEV", "1")
    settings = load_settings(site={"url": url})
    assert settings.dev
    assert settings.parents.dev


def test_dev_is_refused_on_a_public_site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARREL_DEV", "1")
    with pytest.raises(ValidationError, match="the site is public"):
        load_settings(site={"url": "https://carrel.example.org"})
