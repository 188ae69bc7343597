"""Where this machine keeps its configuration and its memory.

Options come first, then what systemd hands to a unit (`CONFIGURATION_DIRECTORY`,
`STATE_DIRECTORY` and their like: systemd.exec(5)), then the checkout's own folders, then, for a
wheel started by hand, the user's folders of the XDG Base Directory Specification.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

_APP = "rvm-edge"


class LocationError(Exception):
    """A folder is missing or not usable. The message says which, and what to do."""


class Locations(msgspec.Struct, frozen=True):
    """The folders of a machine, and the files in them.

    Attributes:
        config_dir: what people decide; only read by the program.
        data_dir: what the machine remembers; written by the program alone.
        runtime_dir: what is shared with the screen's own user while the machine runs; None where
            no service manager has made such a folder.
        logs_dir: for the program's own log; likewise.
        cache_dir: for what can be had again; likewise.
    """

    config_dir: Path
    data_dir: Path
    runtime_dir: Path | None = None
    logs_dir: Path | None = None
    cache_dir: Path | None = None

    @property
    def settings_path(self) -> Path:
        """The settings; need not exist, every setting has a default."""
        return self.config_dir / "settings.toml"

    @property
    def hardware_map_path(self) -> Path:
        """Which driver serves which port; need not exist, a default is packaged."""
        return self.config_dir / "hardware_map.json"

    @property
    def journal_path(self) -> Path:
        """The journal of transitions, an SQLite database."""
        return self.data_dir / "journal.sqlite"

    @property
    def ledger_path(self) -> Path:
        """The ledger of items, an SQLite database."""
        return self.data_dir / "ledger.sqlite"

    @property
    def evidence_dir(self) -> Path:
        """The items' pictures."""
        return self.data_dir / "evidence"

    @property
    def flight_dir(self) -> Path:
        """The flight recorder's: what the machine did in the last hours."""
        return self.data_dir / "flight"

    @property
    def model_store_dir(self) -> Path:
        """The models that came over the air. Nothing else may lie there."""
        return self.data_dir / "model-store"

    @property
    def restarts_path(self) -> Path:
        """When the server ordered a restart, remembered through it."""
        return self.data_dir / "restarts.json"

    @property
    def server_policy_path(self) -> Path:
        """What the server said of the machine's behaviour in the last handshake."""
        return self.data_dir / "server-policy.json"

    @property
    def screen_token_path(self) -> Path:
        """What makes a page one that may steer the machine, until the next start; a secret."""
        return (self.runtime_dir or self.data_dir) / "screen-token"

    @property
    def credentials_path(self) -> Path:
        """Who the machine is towards its server; a secret."""
        return self.data_dir / "rvm-credentials.json"

    @property
    def site_path(self) -> Path:
        """What was chosen for the place where it stands; need not exist."""
        return self.data_dir / "site.json"


def checkout_dir() -> Path | None:
    """Return the checkout that this program runs from, or None for an installed wheel."""
    root = Path(__file__).resolve().parent.parent
    return root if (root / "pyproject.toml").is_file() and (root / "config").is_dir() else None


def locate(
    *,
    config_dir: Path | None = None,
    data_dir: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Locations:
    """Find the two folders. Nothing is created.

    Args:
        config_dir: what the caller asked for, if anything.
        data_dir: what the caller asked for, if anything.
        environment: stands for `os.environ`.

    Raises:
        LocationError: the configuration folder that was asked for cannot be read, or the data
            folder is something else than a folder.
    """
    env = os.environ if environment is None else environment
    checkout = checkout_dir()
    asked = config_dir or _from_systemd(env, "CONFIGURATION_DIRECTORY")
    if asked is not None:
        _require_readable(asked)
    config = asked or (checkout / "config" if checkout else _xdg(env, "XDG_CONFIG_HOME", ".config"))
    data = data_dir or _from_systemd(env, "STATE_DIRECTORY")
    data = data or (checkout / "data" if checkout else _xdg(env, "XDG_STATE_HOME", ".local/state"))
    if data.exists() and not data.is_dir():
        raise LocationError(f"data folder {data} is not a folder; name another with --data-dir")
    return Locations(
        config_dir=config.absolute(),
        data_dir=data.absolute(),
        runtime_dir=_from_systemd(env, "RUNTIME_DIRECTORY"),
        logs_dir=_from_systemd(env, "LOGS_DIRECTORY"),
        cache_dir=_from_systemd(env, "CACHE_DIRECTORY"),
    )


def prepare(locations: Locations) -> Locations:
    """Create the data folder, readable by its owner alone, and make sure it can be written.

    Raises:
        LocationError: it cannot be created or written.
    """
    data = locations.data_dir
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise LocationError(
            f"cannot create data folder {data}: {error.strerror}; name another with --data-dir"
        ) from error
    if not os.access(data, os.W_OK | os.X_OK):
        raise LocationError(
            f"data folder {data} may not be written by this user: run this with sudo, or name "
            "another with --data-dir"
        )
    return locations


def _require_readable(folder: Path) -> None:
    if not folder.exists():
        raise LocationError(f"configuration folder {folder} does not exist (--config-dir)")
    if not folder.is_dir():
        raise LocationError(f"configuration folder {folder} is not a folder (--config-dir)")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise LocationError(f"configuration folder {folder} may not be read by this user")


def _from_systemd(env: Mapping[str, str], name: str) -> Path | None:
    """Return the first folder of a colon-separated list; the first is the unit's main one."""
    first = env.get(name, "").split(":")[0]
    return Path(first) if first else None


def _xdg(env: Mapping[str, str], name: str, under_home: str) -> Path:
    """Return the user's folder; a relative value of the variable is ignored, as XDG asks."""
    base = Path(env.get(name, ""))
    if not base.is_absolute():
        base = Path(env["HOME"]) if env.get("HOME") else Path.home()
        base = base / under_home
    return base / _APP
