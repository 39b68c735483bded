"""How a watcher asks a running training for something: files that are deleted when obeyed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from dacapo_engine.store.atomic import read_json, write_json
from dacapo_engine.store.run_folder import RunFolder

__all__ = ["Verb", "ask", "clear_foreign", "take", "take_parameters"]


class Verb(StrEnum):
    """What can be asked of a training."""

    STOP = "stop"
    CANCEL = "cancel"
    SNAPSHOT = "snapshot"
    VALIDATE = "validate"
    REGION = "region"
    PREDICT = "predict"


def ask(
    folder: RunFolder, session: str, verb: Verb, parameters: Mapping[str, Any] | None = None
) -> None:
    """Ask the training of `session` for `verb`.

    Parameters
    ----------
    parameters
        Plain data that says more; a later request of the same verb replaces an earlier one.
    """
    folder.control.mkdir(parents=True, exist_ok=True)
    path = folder.control / f"{session}.{verb}"
    if parameters is None:
        path.touch()
    else:
        write_json(path, dict(parameters))


def take(folder: RunFolder, session: str, verb: Verb) -> bool:
    """Whether `verb` was asked of this session; the request is gone afterwards."""
    path = folder.control / f"{session}.{verb}"
    if not path.exists():
        return False
    path.unlink(missing_ok=True)
    return True


def take_parameters(folder: RunFolder, session: str, verb: Verb) -> dict[str, Any] | None:
    """The parameters with which `verb` was asked of this session; None where it was not asked.

    The request is gone afterwards. One without parameters, or with some that cannot be read,
    has none: ``{}``.
    """
    path = folder.control / f"{session}.{verb}"
    if not path.exists():
        return None
    said = read_json(path)
    path.unlink(missing_ok=True)
    return said if isinstance(said, dict) else {}


def clear_foreign(folder: RunFolder, session: str) -> None:
    """Remove requests that were meant for earlier sessions."""
    if not folder.control.is_dir():
        return
    for path in folder.control.iterdir():
        if not path.name.startswith(f"{session}."):
            path.unlink(missing_ok=True)
