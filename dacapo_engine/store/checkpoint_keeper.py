"""When checkpoints are stored, which are kept, and where a run goes on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dacapo_engine.errors import StoreError
from dacapo_engine.experiments.training_iteration_stats import TrainingIterationStats
from dacapo_engine.experiments.training_stats import TrainingStats
from dacapo_engine.store.atomic import read_json
from dacapo_engine.store.local_weights_store import LocalWeightsStore
from dacapo_engine.store.rows import read_rows, rewrite_rows
from dacapo_engine.store.run_folder import RunFolder

if TYPE_CHECKING:
    from dacapo_engine.experiments.run import Run

__all__ = ["CheckpointKeeper"]

logger = logging.getLogger(__name__)


class CheckpointKeeper:
    """Stores checkpoints of one run; keeps the newest and the best ones.

    Parameters
    ----------
    folder
        The run's folder.
    keep
        How many of the newest are kept.
    """

    def __init__(self, folder: RunFolder, keep: int) -> None:
        self._folder = folder
        self._keep = keep
        self._store = LocalWeightsStore(folder.path.parent)

    def store(self, run: Run, iteration: int) -> None:
        """Store the state after `iteration` iterations, and remove what is not kept."""
        if iteration not in self._store.iterations(run.name):
            self._store.store_weights(run, iteration)
        self.tidy()

    def any_stored(self) -> bool:
        """Whether there is a checkpoint."""
        return self._store.latest_iteration(self._folder.name) is not None

    def tidy(self) -> None:
        """Remove checkpoints that are neither among the newest nor the best."""
        iterations = self._store.iterations(self._folder.name)
        kept = set(iterations[-self._keep :]) | self._best()
        for iteration in iterations:
            if iteration not in kept:
                self._store.remove(self._folder.name, iteration)

    def resume(self, run: Run) -> int:
        """Load the newest checkpoint that can be read, and drop rows that came after it.

        Returns
        -------
        int
            The iteration that comes next; 0 where nothing is stored.
        """
        iteration = self._load_newest(run)
        self._drop_rows(iteration)
        rows = read_rows(self._folder.training_stats_file)
        run.training_stats = TrainingStats([TrainingIterationStats(**row) for row in rows])
        return iteration

    def fall_back(self) -> int:
        """Forget what came after the newest checkpoint; returns its iteration, 0 without one."""
        iteration = self._store.latest_iteration(self._folder.name) or 0
        self._drop_rows(iteration)
        return iteration

    def _load_newest(self, run: Run) -> int:
        for iteration in reversed(self._store.iterations(run.name)):
            try:
                self._store.load_weights(run, iteration)
            except StoreError as error:
                logger.warning("%s Going on from the one before.", error)
                self._store.remove(run.name, iteration)
            else:
                return iteration
        return 0

    def _drop_rows(self, iteration: int) -> None:
        folder = self._folder
        _keep_rows(folder, "training_stats_file", iteration - 1)
        _keep_rows(folder, "validation_scores_file", iteration)
        _keep_rows(folder, "snapshots_file", iteration - 1)
        _keep_rows(folder, "fixed_region_file", iteration)
        for path, best in self._best_records():
            if best > iteration:
                path.unlink()

    def _best(self) -> set[int]:
        return {iteration for _, iteration in self._best_records()}

    def _best_records(self) -> Iterator[tuple[Path, int]]:
        for path in self._folder.path.glob("*/*.json"):
            best = read_json(path)
            if isinstance(best, dict) and isinstance(best.get("iteration"), int):
                yield path, best["iteration"]


def _keep_rows(folder: RunFolder, name: str, last: int) -> None:
    path = getattr(folder, name)
    rows = read_rows(path)
    kept = [row for row in rows if row["iteration"] <= last]
    # An unfinished last line would swallow the row that is appended next.
    if len(kept) < _count_lines(path):
        rewrite_rows(path, kept)


def _count_lines(path: Path) -> int:
    return len(path.read_bytes().splitlines()) if path.exists() else 0
