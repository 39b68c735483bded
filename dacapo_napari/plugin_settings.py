"""What the user set for this plugin in napari's Preferences."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from dacapo_engine.store.run_folder import default_runs_folder

__all__ = ["engine_python", "remember_runs_folder", "runs_folder"]

_used: list[Path] = []


def engine_python() -> str:
    """The Python that runs the engine; this one where the setting is empty."""
    return str(_setting("engine_python") or "").strip() or sys.executable


def runs_folder() -> Path:
    """The folder in which new runs are put: the one used last in this napari, else the setting."""
    if _used:
        return _used[-1]
    chosen = str(_setting("runs_folder") or "").strip()
    return Path(chosen).expanduser() if chosen else default_runs_folder()


def remember_runs_folder(runs: Path) -> None:
    """Offer this folder in docks that are opened later."""
    _used[:] = [runs]


def _setting(key: str) -> Any:
    """A value of the manifest's ``configurations``; None where the plugin is not registered."""
    from napari.settings import get_plugin_settings

    try:
        return getattr(get_plugin_settings("dacapo-napari").general, key)
    except (AttributeError, KeyError, ValueError):
        return None
