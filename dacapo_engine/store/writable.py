"""Whether a folder can be written to, found out before there is something to lose."""

from __future__ import annotations

import os
from pathlib import Path

from dacapo_engine.errors import StoreError

__all__ = ["make_writable_folder"]


def make_writable_folder(folder: Path, what: str = "folder", hint: str = "") -> None:
    """Make `folder` where it is missing; StoreError where it cannot be made or written to.

    Parameters
    ----------
    what
        What the message calls it.
    hint
        What to do where it cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".write-test-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StoreError(
            f"Cannot write to the {what}: {error.strerror or error}.",
            hint=hint or "Choose another folder, or make this one writable.",
            place=str(folder),
        ) from error
