"""Which snapshots there are, told after each is complete."""

from __future__ import annotations

import shutil
import time

from dacapo_engine.store.rows import append_row, read_rows
from dacapo_engine.store.run_folder import RunFolder

__all__ = ["record_snapshot", "recorded_snapshots"]


def record_snapshot(folder: RunFolder, iteration: int, keep: int) -> None:
    """Tell that the snapshot of `iteration` is complete, and remove all but the newest `keep`."""
    container = folder.snapshot_container
    names = sorted(p.name for p in (container / str(iteration)).iterdir() if p.is_dir())
    row = {"iteration": iteration, "arrays": names, "time": time.time()}
    append_row(folder.snapshots_file, row)
    there = sorted(int(p.name) for p in container.iterdir() if p.name.isdecimal())
    for old in there[:-keep]:
        shutil.rmtree(container / str(old), ignore_errors=True)


def recorded_snapshots(folder: RunFolder) -> list[int]:
    """Iterations of the complete snapshots that are still there, in order."""
    told = {int(row["iteration"]) for row in read_rows(folder.snapshots_file)}
    container = folder.snapshot_container
    return sorted(iteration for iteration in told if (container / str(iteration)).is_dir())
