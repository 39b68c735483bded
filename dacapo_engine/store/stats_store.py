"""Losses and scores of runs, as the files in their folders hold them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dacapo_engine.experiments.training_iteration_stats import TrainingIterationStats
from dacapo_engine.experiments.training_stats import TrainingStats
from dacapo_engine.store.rows import append_row, read_rows, rewrite_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.score_rows import rows_of_scores, scores_of_rows

if TYPE_CHECKING:
    from dacapo_engine.experiments.validation_iteration_scores import ValidationIterationScores
    from dacapo_engine.experiments.validation_scores import ValidationScores

__all__ = ["StatsStore"]

_SUBSAMPLE = 1000


class StatsStore:
    """Reads and writes ``training_stats.jsonl`` and ``validation_scores.jsonl`` of runs.

    A training writes these files itself; the store is for scripts.

    Parameters
    ----------
    basedir
        The runs folder.
    """

    def __init__(self, basedir: Path | str) -> None:
        self.basedir = Path(basedir)

    def store_training_stats(self, run_name: str, training_stats: TrainingStats) -> None:
        """Bring what is stored up to `training_stats`; what is stored beyond them is dropped."""
        folder = self._writable(run_name)
        stored = self.retrieve_training_stats(run_name).trained_until()
        rows = [stats.as_row() for stats in training_stats.iteration_stats]
        if stored > training_stats.trained_until():
            rewrite_rows(folder.training_stats_file, rows)
            return
        for row in rows:
            if row["iteration"] >= stored:
                append_row(folder.training_stats_file, row)

    def retrieve_training_stats(self, run_name: str, subsample: bool = False) -> TrainingStats:
        """The history of a run, empty where there is none.

        Parameters
        ----------
        subsample
            Return about a thousand evenly spread iterations, the last one among them.
        """
        rows = read_rows(self._folder(run_name).training_stats_file)
        if subsample and len(rows) > _SUBSAMPLE:
            step = -(-len(rows) // _SUBSAMPLE)
            rows = rows[::-step][::-1]
        return TrainingStats([TrainingIterationStats(**row) for row in rows])

    def delete_training_stats(self, run_name: str) -> None:
        """Delete the history of a run, where there is one."""
        self._folder(run_name).training_stats_file.unlink(missing_ok=True)

    def store_validation_iteration_scores(self, run_name: str, scores: ValidationScores) -> None:
        """Bring what is stored up to `scores`; what is stored beyond them is replaced."""
        path = self._writable(run_name).validation_scores_file
        replace, since = scores.compare(self.retrieve_validation_iteration_scores(run_name))
        if replace:
            rewrite_rows(path, rows_of_scores(scores))
            return
        for row in rows_of_scores(scores, since):
            append_row(path, row)

    def retrieve_validation_iteration_scores(
        self, run_name: str
    ) -> list[ValidationIterationScores]:
        """The scores of every validation of a run, in order of iterations."""
        return scores_of_rows(read_rows(self._folder(run_name).validation_scores_file))

    def _folder(self, run_name: str) -> RunFolder:
        return RunFolder.of(self.basedir, run_name)

    def _writable(self, run_name: str) -> RunFolder:
        folder = self._folder(run_name)
        folder.create()
        return folder
