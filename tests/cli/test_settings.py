"""One table of settings: what wins, what is refused, and what the refusal says."""

from pathlib import Path

import pytest

from tabyard.settings import SETTINGS, BadSetting, LogLevel, is_loopback, read_settings
from tabyard.settings.table import LONGEST_TIMEOUT_MS
from tabyard_protocol.tools.definition import MAX_TIMEOUT_MS


def test_the_defaults_are_the_documented_ports_and_limits() -> None:
    settings = read_settings({})

    assert (settings.host, settings.http_port, settings.link_port) == ("127.0.0.1", 3300, 3400)
    assert (settings.queue_limit, settings.command_timeout_ms) == (100, 60_000)
    assert (settings.grace_s, settings.task_ttl_s) == (30.0, 3600.0)
    assert settings.frame_limit_bytes == 32 * 1024 * 1024
    assert settings.keys == ()


def test_the_longest_timeout_is_the_protocol_s() -> None:
    assert LONGEST_TIMEOUT_MS == MAX_TIMEOUT_MS


def test_data_lies_where_programs_keep_state() -> None:
    assert read_settings({"XDG_STATE_HOME": "/var/state"}).data_dir == Path("/var/state/tabyard")
    assert read_settings({}).data_dir == Path.home() / ".local" / "state" / "tabyard"


def test_a_relative_state_home_counts_as_none() -> None:
    assert read_settings({"XDG_STATE_HOME": "state"}).data_dir.is_relative_to(Path.home())


def test_the_database_lies_in_the_data_folder_unless_named() -> None:
    here = read_settings({"TABYARD_DATA_DIR": "/data"})
    named = read_settings({"TABYARD_DATA_DIR": "/data", "TABYARD_STORE": "/elsewhere/x.sqlite"})

    assert here.database == Path("/data/tabyard.sqlite")
    assert named.database == Path("/elsewhere/x.sqlite")
    assert not named.in_memory
    assert read_settings({"TABYARD_STORE": "memory"}).in_memory


def test_the_command_line_wins_over_the_environment() -> None:
    environment = {"TABYARD_HTTP_PORT": "4000", "TABYARD_LINK_PORT": "4001"}
    settings = read_settings(environment, {"http_port": "5000", "link_port": None})

    assert (settings.http_port, settings.link_port) == (5000, 4001)


def test_the_names_of_the_api_documents_work_too() -> None:
    settings = read_settings(
        {
            "TASKS_COMMAND_TIMEOUT": "1500",
            "CORS_ENABLED": "true",
            "API_KEYS": "one, two",
            "API_KEY_SECRET": "three",
        }
    )

    assert settings.command_timeout_ms == 1500
    assert settings.cors_enabled
    assert settings.keys == ("one", "two", "three")


def test_our_own_name_wins_over_the_documents_name() -> None:
    settings = read_settings(
        {"TASKS_COMMAND_TIMEOUT": "1500", "TABYARD_COMMAND_TIMEOUT_MS": "2500"}
    )
    assert settings.command_timeout_ms == 2500


def test_an_empty_variable_counts_as_unset() -> None:
    assert read_settings({"TABYARD_HTTP_PORT": "", "TABYARD_STORE": ""}) == read_settings({})


@pytest.mark.parametrize(
    ("variable", "value", "remedy"),
    [
        ("TABYARD_HTTP_PORT", "http", "give a whole number from 0 to 65535"),
        ("TABYARD_LINK_PORT", "70000", "give a whole number from 0 to 65535"),
        ("TABYARD_GRACE_S", "soon", "give a number of seconds from 0 to 86400"),
        ("TABYARD_GRACE_S", "nan", "give a number of seconds from 0 to 86400"),
        ("TABYARD_LOG_LEVEL", "loud", "give one of debug, info, warning, error"),
        ("TABYARD_HOST", "example.com", "give an address of this machine"),
        ("CORS_ENABLED", "maybe", "give true or false"),
        ("TABYARD_DATA_DIR", "  ", "give at least one character"),
    ],
)
def test_a_refusal_names_the_variable_the_value_and_the_remedy(
    variable: str, value: str, remedy: str
) -> None:
    with pytest.raises(BadSetting) as refused:
        read_settings({variable: value})
    assert str(refused.value).startswith(f"{variable}={value} can't be used: ")
    assert remedy in str(refused.value)


def test_a_refusal_of_an_option_names_the_option() -> None:
    with pytest.raises(BadSetting, match=r"^--http-port=x "):
        read_settings({}, {"http_port": "x"})


def test_an_address_is_one_of_this_machine() -> None:
    assert read_settings({"TABYARD_HOST": "0.0.0.0", "API_KEYS": "k"}).host == "0.0.0.0"
    assert read_settings({"TABYARD_HOST": "::1"}).host == "::1"
    assert read_settings({"TABYARD_HOST": "localhost"}).host == "127.0.0.1"


def test_one_port_can_not_be_both() -> None:
    with pytest.raises(BadSetting, match="TABYARD_LINK_PORT"):
        read_settings({"TABYARD_HTTP_PORT": "4000", "TABYARD_LINK_PORT": "4000"})

    both_free = read_settings({"TABYARD_HTTP_PORT": "0", "TABYARD_LINK_PORT": "0"})
    assert (both_free.http_port, both_free.link_port) == (0, 0)


def test_a_secret_shows_in_no_text() -> None:
    settings = read_settings({"API_KEYS": "hush", "API_KEY_SECRET": "quiet"})

    assert "hush" not in repr(settings)
    assert "quiet" not in repr(settings)


def test_every_row_has_a_sentence_a_name_and_a_unit_where_it_measures() -> None:
    for row in SETTINGS:
        assert row.says.endswith("."), row.name
        assert row.variables[0] == f"TABYARD_{row.name.upper()}", row.name
    shown = {row.name: row.default for row in SETTINGS}
    assert shown["grace_s"] == "30"
    assert shown["frame_limit_bytes"] == "33554432"
    assert shown["log_level"] == LogLevel.INFO.value
    assert shown["store"] == "<data_dir>/tabyard.sqlite"
    assert shown["cors_enabled"] == "false"


def test_loopback_is_recognised_in_both_families() -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "127.9.9.9", "::1")] == [True] * 3
    assert not is_loopback("10.0.0.1")
