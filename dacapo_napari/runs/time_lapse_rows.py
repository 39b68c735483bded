"""Reads what is new of the fixed region of a run."""

from __future__ import annotations

from typing import Any

from dacapo_engine.store.rows import RowReader
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.time_lapse.stored_series import StoredSeries, frames_of
from dacapo_napari.run_updates import TimeLapseFrames

__all__ = ["TimeLapseRows"]


class TimeLapseRows:
    """Turns ``fixed_region.jsonl`` of a run into updates.

    Parameters
    ----------
    folder
        The run; the file need not exist yet.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._container = folder.fixed_region_container
        self._reader = RowReader(folder.fixed_region_file)
        self._generation = self._reader.generation
        self._rows: list[dict[str, Any]] = []

    def poll(self) -> list[TimeLapseFrames]:
        """The frames there are now, if some are new or gone since the last call."""
        new = self._reader.read()
        is_rewritten = self._reader.generation != self._generation
        if not new and not is_rewritten:
            return []
        self._generation = self._reader.generation
        self._rows = [*([] if is_rewritten else self._rows), *new]
        return [TimeLapseFrames(self._newest_series(), self._problem())]

    def _newest_series(self) -> StoredSeries | None:
        frames = frames_of(self._rows)
        if not frames:
            return None
        newest = frames[-1].series
        return StoredSeries(
            self._container / str(newest),
            tuple(frame for frame in frames if frame.series == newest),
        )

    def _problem(self) -> str:
        return str(self._rows[-1].get("problem", "")) if self._rows else ""
