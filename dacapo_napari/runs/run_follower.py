"""Reads what is new in a run folder, whoever trains there."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np

from dacapo_engine.store.alive import is_alive
from dacapo_engine.store.atomic import read_json
from dacapo_engine.store.rows import RowReader
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import STALE_SECONDS, RunStatus, read_status
from dacapo_napari.run_updates import (
    LossRows,
    Snapshot,
    StatusChanged,
    Unheard,
    Update,
    ValidationPoint,
    ValidationRows,
)
from dacapo_napari.runs.run_arrays import read_snapshot
from dacapo_napari.runs.time_lapse_rows import TimeLapseRows

__all__ = [
    "RunFollower",
    "higher_is_better",
    "is_alive",
    "main_score",
    "number",
    "validation_points",
]

_HIGHER_IS_BETTER = (
    "ap50",
    "f1_score",
    "precision",
    "recall",
    "dice",
    "jaccard",
    "iou",
    "accuracy",
)
_MAIN_SCORES = ("voi", "adapted_rand_error", "ap50", "f1_score")


def higher_is_better(score: str) -> bool:
    """Whether a larger value of a score means a better segmentation."""
    return score.lower().startswith(_HIGHER_IS_BETTER)


class RunFollower:
    """Turns a run folder into updates.

    Parameters
    ----------
    folder
        The run to follow; its files need not exist yet.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._losses = RowReader(folder.training_stats_file)
        self._scores = RowReader(folder.validation_scores_file)
        self._snapshots = RowReader(folder.snapshots_file)
        self._generations = [-1, -1, -1]
        self._status: RunStatus | None = None
        self.alive = False
        self._silent = False
        self._kept: list[int] = []
        self._time_lapse = TimeLapseRows(folder)

    @property
    def status(self) -> RunStatus | None:
        """The status at the last poll."""
        return self._status

    def poll(self) -> list[Update]:
        """Everything that is new since the last call."""
        updates: list[Update] = []
        updates += self._new_losses()
        updates += self._new_scores()
        updates += self._new_snapshots()
        updates += self._time_lapse.poll()
        # Status last: who hears "finished" has all rows already.
        updates += self._new_status()
        updates += self._new_silence()
        return updates

    def _new_silence(self) -> list[Update]:
        """A process that is there and no longer renews its lock hangs, whatever it was doing."""
        silent = False
        if self.alive:
            lock = read_json(self._folder.lock_file)
            heard = number(lock.get("heartbeat")) if isinstance(lock, dict) else math.nan
            silent = time.time() - heard > STALE_SECONDS
        if silent == self._silent:
            return []
        self._silent = silent
        return [Unheard(silent)]

    def _new_status(self) -> list[Update]:
        status = read_status(self._folder)
        if status is None:
            return []
        alive = is_alive(self._folder, status)
        if status == self._status and alive == self.alive:
            return []
        self._status, self.alive = status, alive
        return [StatusChanged(status, alive)]

    def _rows(self, index: int, reader: RowReader) -> tuple[list[dict[str, Any]], bool]:
        rows = reader.read()
        fresh = reader.generation != self._generations[index]
        self._generations[index] = reader.generation
        return rows, fresh

    def _new_losses(self) -> list[Update]:
        rows, fresh = self._rows(0, self._losses)
        if not rows and not fresh:
            return []
        pairs = [(number(row.get("iteration")), number(row.get("loss"))) for row in rows]
        table = np.array(pairs, dtype=np.float64).reshape(-1, 2)
        seconds = np.array([number(row.get("time")) + number(row.get("wait", 0)) for row in rows])
        return [LossRows(table[:, 0], table[:, 1], fresh, seconds)]

    def _new_scores(self) -> list[Update]:
        rows, fresh = self._rows(1, self._scores)
        if not rows and not fresh:
            return []
        return [ValidationRows(validation_points(rows), fresh)]

    def _new_snapshots(self) -> list[Update]:
        rows, fresh = self._rows(2, self._snapshots)
        if not rows and not fresh:
            return []
        known = {*([] if fresh else self._kept), *(int(row["iteration"]) for row in rows)}
        self._kept = [n for n in sorted(known) if self._is_kept(n)]
        if not self._kept:
            return []
        return [Snapshot(tuple(self._kept), read_snapshot(self._folder, self._kept[-1]))]

    def _is_kept(self, iteration: int) -> bool:
        return (self._folder.snapshot_container / str(iteration)).is_dir()


def number(value: object) -> float:
    """`value` as a float, NaN where it is none (JSON has no word for NaN that all readers know)."""
    return float(value) if isinstance(value, int | float) else math.nan


def validation_points(rows: list[dict[str, Any]]) -> tuple[ValidationPoint, ...]:
    """One point per iteration and dataset: of the parameters tried, those that did best."""
    groups: dict[tuple[int, str], list[ValidationPoint]] = defaultdict(list)
    for row in rows:
        scores = row.get("scores")
        if not isinstance(scores, Mapping) or "iteration" not in row:
            continue
        point = ValidationPoint(
            int(row["iteration"]),
            str(row.get("dataset", "")),
            {name: value for name, v in scores.items() if math.isfinite(value := number(v))},
            row.get("parameters") or {},
            row.get("objects") or {},
        )
        groups[point.iteration, point.dataset].append(point)
    return tuple(best for points in groups.values() if (best := _best(points)) is not None)


def _best(points: list[ValidationPoint]) -> ValidationPoint | None:
    main = main_score(points[0].scores)
    rated = [point for point in points if main in point.scores]
    if not rated:
        return None
    sign = -1 if higher_is_better(main) else 1
    return min(rated, key=lambda point: sign * point.scores[main])


def main_score(scores: Mapping[str, float]) -> str:
    """The score that a curve shows: VOI where there is one."""
    return next((name for name in _MAIN_SCORES if name in scores), next(iter(scores), ""))
