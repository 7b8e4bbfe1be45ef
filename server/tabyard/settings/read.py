"""From the environment and the command line to checked settings."""

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_type_hints

from tabyard.settings.errors import BadSetting
from tabyard.settings.row import Row
from tabyard.settings.table import Settings

__all__ = ["is_loopback", "read_settings", "rows"]


def rows() -> Mapping[str, Row]:
    """The row of each setting by field name, in the order of the table."""
    hints = get_type_hints(Settings, include_extras=True)
    return {
        name: part for name, hint in hints.items() for part in get_args(hint) if type(part) is Row
    }


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`."""
    return ipaddress.ip_address(host).is_loopback


def read_settings(
    environment: Mapping[str, str], given: Mapping[str, str | None] | None = None
) -> Settings:
    """The settings that `given` (by field name, from the command line) and `environment` make.

    None in `given` means: not given. An empty environment variable counts as unset.

    Raises:
        BadSetting: a value can't be used.
    """
    values: dict[str, Any] = {"data_dir": _state_dir(environment)}
    for name, row in rows().items():
        source = _source(name, row, environment, given or {})
        if source is None:
            continue
        variable, said = source
        try:
            values[name] = row.parse(said)
        except ValueError as error:
            raise BadSetting(variable, "***" if row.secret else said, str(error)) from None
    settings = Settings(**values)
    _check(settings)
    return settings


def _source(
    name: str, row: Row, environment: Mapping[str, str], given: Mapping[str, str | None]
) -> tuple[str, str] | None:
    """Who says something about the setting, and what; None: nobody."""
    said = given.get(name)
    if said is not None:
        return f"--{name.replace('_', '-')}", said
    for variable in row.variables:
        if environment.get(variable):
            return variable, environment[variable]
    return None


def _check(settings: Settings) -> None:
    """Refuse what is wrong only in combination."""
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise BadSetting(
            "TABYARD_TLS_KEY" if settings.tls_key is None else "TABYARD_TLS_CERT",
            "",
            "a certificate and its key go together; set both or neither",
        )
    if settings.http_port == settings.link_port != 0:
        raise BadSetting(
            "TABYARD_LINK_PORT",
            str(settings.link_port),
            "it is the HTTP port as well; give the two ports different numbers",
        )


def _state_dir(environment: Mapping[str, str]) -> Path:
    """Where programs keep state by the XDG base directory rules."""
    state = environment.get("XDG_STATE_HOME", "")
    base = Path(state) if state.startswith("/") else Path.home() / ".local" / "state"
    return base / "tabyard"
