"""What somebody who is to help has to know of a failure."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari.engine.engine_thread import OUTPUT_NAME
from dacapo_napari.run_updates import Failed

__all__ = ["failure_report"]

_PACKAGES = ("dacapo-napari", "napari", "numpy", "torch", "gunpowder", "zarr")
_LINES = 40


def failure_report(failure: Failed, folder: RunFolder | None) -> str:
    """The sentence, versions, and the end of what the engine wrote; reads files.

    Parameters
    ----------
    folder
        That of the run, where there is one.
    """
    parts = [str(failure)]
    parts += [f"{name}: {value}" for name, value in _facts(failure, folder).items() if value]
    for path in (folder.log_file, folder.path / OUTPUT_NAME) if folder is not None else ():
        end = _end_of(path)
        if end:
            parts.append(f"\nEnd of {path.name}:\n{end}")
    return "\n".join(parts) + "\n"


def _facts(failure: Failed, folder: RunFolder | None) -> dict[str, str]:
    return {
        "code": failure.code,
        "place": failure.place,
        "run": str(folder.run_file) if folder is not None else "",
        "system": f"{platform.platform()}, Python {platform.python_version()}",
        "versions": ", ".join(filter(None, map(_version, _PACKAGES))),
    }


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return ""


def _end_of(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-_LINES:])
