"""Settings: whatever is wrong with them is said by name, before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from leefwijk.service.settings import Environment, ServiceSettings, SettingsError, load_settings

GOOD = {
    "ENVIRONMENT": "development",
    "PORT": "8101",
    "DATABASE_URL": "postgresql+asyncpg://leefwijk@127.0.0.1/initiatives",
    "KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "CHAMBER_NUMBER": "04016206",
    "ISSUER": "https://login.corporation.example",
    "JWKS": "https://login.corporation.example/jwks",
}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.upper().startswith("LEEFWIJK_"):
            monkeypatch.delenv(name)
    for name, value in GOOD.items():
        monkeypatch.setenv(f"LEEFWIJK_{name}", value)


def said() -> list[str]:
    """What the settings say against starting, line by line."""
    with pytest.raises(SettingsError) as raised:
        load_settings(ServiceSettings)
    return str(raised.value).splitlines()


def test_sound_settings_are_read() -> None:
    """The environment alone is enough."""
    settings = load_settings(ServiceSettings)
    assert settings.environment is Environment.DEVELOPMENT
    assert settings.port == 8101
    assert settings.broker.bootstrap == "127.0.0.1:9092"


def test_every_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is missing is said at once."""
    for name in ("ISSUER", "DATABASE_URL"):
        monkeypatch.delenv(f"LEEFWIJK_{name}")
    assert sorted(said()) == ["LEEFWIJK_DATABASE_URL: missing", "LEEFWIJK_ISSUER: missing"]


def test_unknown_missing_and_wrong_settings_are_named_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One start tells everything that is wrong."""
    monkeypatch.setenv("LEEFWIJK_DATABSE_URL", "x")
    monkeypatch.setenv("LEEFWIJK_PORT", "70000")
    monkeypatch.delenv("LEEFWIJK_JWKS")
    lines = said()
    assert "LEEFWIJK_DATABSE_URL: unknown setting" in lines
    assert "LEEFWIJK_JWKS: missing" in lines
    assert any(line.startswith("LEEFWIJK_PORT: ") for line in lines)
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENVIRONMENT", "staging"),
        ("PORT", "0"),
        ("PORT", "http"),
        ("CHAMBER_NUMBER", "1234567"),
        ("CHAMBER_NUMBER", "٠٤٠١٦٢٠٦"),
        ("DATABASE_POOL", "1"),
        ("MAX_BODY_BYTES", "10"),
        ("KAFKA_SECURITY", "{"),
    ],
)
def test_a_wrong_value_is_named_and_not_repeated(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line begins with the setting's name."""
    monkeypatch.setenv(f"LEEFWIJK_{name}", value)
    assert any(line.startswith(f"LEEFWIJK_{name}") for line in said())


def test_a_file_fills_in_and_the_environment_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What both name is taken from the environment."""
    file = tmp_path / "settings.env"
    file.write_text("LEEFWIJK_PORT=1\nLEEFWIJK_CORS_ORIGINS=https://a.example, https://b.example\n")
    monkeypatch.setenv("LEEFWIJK_SETTINGS_FILE", str(file))
    settings = load_settings(ServiceSettings)
    assert settings.port == 8101
    assert settings.cors_origins == ("https://a.example", "https://b.example")


def test_an_unknown_setting_in_the_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A typing error in the file stops the start too."""
    file = tmp_path / "settings.env"
    file.write_text("LEEFWIJK_PROT=1\n")
    monkeypatch.setenv("LEEFWIJK_SETTINGS_FILE", str(file))
    assert any("PROT" in line.upper() for line in said())


def test_a_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that cannot be read are not settings that are empty."""
    monkeypatch.setenv("LEEFWIJK_SETTINGS_FILE", "/nowhere/settings.env")
    assert "/nowhere/settings.env" in said()[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ISSUER", "urn:leefwijk:development-issuer"),
        ("JWKS", "/var/leefwijk/development-jwks.json"),
        ("JWKS", "http://login.corporation.example/jwks"),
    ],
)
def test_production_refuses_the_development_issuer(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In production keys come by https from a real issuer, or nothing starts."""
    monkeypatch.setenv("LEEFWIJK_ENVIRONMENT", "production")
    assert load_settings(ServiceSettings).environment is Environment.PRODUCTION
    monkeypatch.setenv(f"LEEFWIJK_{name}", value)
    assert name.lower() in said()[0]


def test_a_key_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings in a log line or a traceback show no secret."""
    monkeypatch.setenv("LEEFWIJK_KEY_ENCRYPTION_KEY", "c2VjcmV0")
    assert "c2VjcmV0" not in repr(load_settings(ServiceSettings))
