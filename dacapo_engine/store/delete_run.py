"""Deletes a run: its own folder, whole, and nothing else."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

from dacapo_engine.errors import DacapoError, StoreError
from dacapo_engine.store.lock import RunLock
from dacapo_engine.store.run_folder import RunFolder

__all__ = ["delete_run", "folder_size"]


def delete_run(runs: Path, name: str) -> None:
    """Delete the run `name` of the folder `runs`.

    The folder gets another name first, so that nobody meets half a run. Links are not followed:
    one inside is removed and what it points to stays; a run that is a link is refused.

    Raises
    ------
    StoreError
        If it is being trained, is a link, or cannot be deleted.
    """
    folder = RunFolder.of(runs, name)
    _check(folder)
    grave = runs / f".deleted-{uuid.uuid4().hex}"
    try:
        with RunLock(folder):
            folder.path.rename(grave)
            # Without its run file nothing takes what is left for a run, should this be interrupted.
            (grave / "run.yaml").unlink()
        shutil.rmtree(grave)
    except DacapoError:
        raise
    except OSError as error:
        raise StoreError(
            f"{name} cannot be deleted: {error.strerror or error}.",
            hint="Close what has its files open, or delete the folder by hand.",
            place=str(grave if grave.exists() else folder.path),
        ) from error


def folder_size(folder: Path, most_files: int = 100_000) -> tuple[int, bool]:
    """Bytes of the files below `folder`, and whether all of them were counted."""
    total, count = 0, 0
    for parent, _, files in os.walk(folder):
        for name in files:
            count += 1
            if count > most_files:
                return total, False
            try:
                total += os.lstat(os.path.join(parent, name)).st_size
            except OSError:
                continue
    return total, True


def _check(folder: RunFolder) -> None:
    if folder.path.is_symlink():
        raise StoreError(
            f"{folder.name} is a link to another place, which is left alone.",
            hint="Remove the link by hand.",
            place=str(folder.path),
        )
    if not folder.exists():
        raise StoreError(
            f"There is no run {folder.name!r} here any more.", place=str(folder.path.parent)
        )
