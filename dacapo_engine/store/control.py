"""How a watcher asks a running training for something: empty files that are deleted when obeyed."""

from __future__ import annotations

from enum import StrEnum

from dacapo_engine.store.run_folder import RunFolder

__all__ = ["Verb", "ask", "clear_foreign", "take"]


class Verb(StrEnum):
    """What can be asked of a training."""

    STOP = "stop"
    SNAPSHOT = "snapshot"
    VALIDATE = "validate"


def ask(folder: RunFolder, session: str, verb: Verb) -> None:
    """Ask the training of `session` for `verb`."""
    folder.control.mkdir(parents=True, exist_ok=True)
    (folder.control / f"{session}.{verb}").touch()


def take(folder: RunFolder, session: str, verb: Verb) -> bool:
    """Whether `verb` was asked of this session; the request is gone afterwards."""
    path = folder.control / f"{session}.{verb}"
    if not path.exists():
        return False
    path.unlink(missing_ok=True)
    return True


def clear_foreign(folder: RunFolder, session: str) -> None:
    """Remove requests that were meant for earlier sessions."""
    if not folder.control.is_dir():
        return
    for path in folder.control.iterdir():
        if not path.name.startswith(f"{session}."):
            path.unlink(missing_ok=True)
