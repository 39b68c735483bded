"""Scores a run on what was held back, and remembers what was best."""

from __future__ import annotations

import logging
import math
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.block_prediction import BlockPredictor
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.numpy_array import NumpyArray
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array import ZarrArray
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.validation_iteration_scores import ValidationIterationScores
from dacapo_engine.setup.holdout import is_scored_on_training_data
from dacapo_engine.store.array_store import LocalContainerIdentifier
from dacapo_engine.store.atomic import read_json
from dacapo_engine.store.local_weights_store import LocalWeightsStore
from dacapo_engine.store.rows import append_row
from dacapo_engine.store.run_folder import RunFolder, default_runs_folder
from dacapo_engine.store.run_summary import MEAN_OF_DATASETS
from dacapo_engine.yaml_file import read_config

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
    from dacapo_engine.experiments.tasks.evaluators.evaluation_scores import EvaluationScores
    from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
        PostProcessorParameters,
    )

    Scores = list[tuple[PostProcessorParameters, EvaluationScores]]

__all__ = ["MEAN_OF_DATASETS", "Validation", "validate", "validate_run"]

logger = logging.getLogger(__name__)


def validate(
    run_name: str,
    iteration: int = 0,
    datasets_config: Any = None,
    *,
    runs: Path | str | None = None,
    device: str = "auto",
) -> ValidationIterationScores:
    """Score stored weights of a run on its validation datasets; see `validate_run`."""
    from dacapo_engine.devices import choose_device

    basedir = Path(runs) if runs is not None else default_runs_folder()
    run = Run(read_config(RunFolder.of(basedir, run_name).run_file, RunConfig))
    LocalWeightsStore(basedir).load_weights(run, iteration)
    run.model.to(choose_device(device))
    return validate_run(run, iteration, datasets_config, runs=basedir)


def validate_run(
    run: Run,
    iteration: int,
    datasets_config: Any = None,
    *,
    runs: Path | str | None = None,
) -> ValidationIterationScores:
    """Predict, segment with every set of parameters, and score against labels.

    Parameters
    ----------
    run
        Its current (averaged) weights are scored.
    iteration
        How many iterations those weights were trained for.
    datasets_config
        A data split to score on instead of the run's own.
    runs
        The runs folder, where scores and predictions are stored.
    """
    folder = RunFolder.of(runs if runs is not None else default_runs_folder(), run.name)
    datasets = run.datasplit.validate
    if datasets_config is not None:
        datasets = datasets_config.datasplit_type(datasets_config).validate
    scores = Validation(run, folder, datasets).score(iteration)
    if scores is None:
        raise DataError(f"{run.name} has no dataset to be scored on.", place="datasplit_config")
    return scores


class Validation:
    """Scores one run, again and again while it trains.

    Parameters
    ----------
    run
        What is scored.
    folder
        Where scores and predictions go.
    datasets
        What it is scored on; the validation datasets of the run if None.
    """

    def __init__(self, run: Run, folder: RunFolder, datasets: list[Dataset] | None = None) -> None:
        self._run = run
        self._folder = folder
        self._datasets = run.datasplit.validate if datasets is None else datasets
        self._store = LocalWeightsStore(folder.path.parent)
        self._optimistic = datasets is None and is_scored_on_training_data(run.config)

    def score(
        self,
        iteration: int,
        should_stop: Callable[[], bool] = lambda: False,
        on_progress: Callable[[float], None] = lambda share: None,
    ) -> ValidationIterationScores | None:
        """Score the current weights; None where it was asked to stop or has no datasets.

        `on_progress` is told the share of the volumes that is predicted.
        """
        found: list[Scores] = []
        for number, dataset in enumerate(self._datasets):

            def progress(share: float, done: int = number) -> None:
                on_progress((done + share) / len(self._datasets))
                if should_stop():
                    raise _Interrupted

            try:
                found.append(self._score_dataset(dataset, iteration, progress))
            except _Interrupted:
                return None
        if not found:
            return None
        if len(found) > 1:
            self._record_mean(iteration, found)
        rows = [[list(entry.as_dict().values()) for _, entry in scores] for scores in found]
        result = ValidationIterationScores(iteration, rows)
        self._run.validation_scores.add_iteration_scores(result)
        return result

    def _score_dataset(
        self, dataset: Dataset, iteration: int, progress: Callable[[float], None]
    ) -> Scores:
        prediction = self._predict(dataset, progress)
        task = self._run.task
        scores = []
        best: tuple[int, EvaluationScores, np.ndarray] | None = None
        values = prediction[prediction.roi]
        for parameters, labels in task.post_processor.segment_all(values, task.parameters):
            progress(1.0)
            entry = task.evaluator.evaluate(_like(labels, prediction), dataset.gt, dataset.mask)
            scores.append((parameters, entry))
            if best is None or self._better(entry, best[1]):
                best = parameters.id, entry, labels
        scores.sort(key=lambda pair: pair[0].id)
        objects = {}
        if best is not None and dataset.gt is not None:
            segmentation = _like(best[2], prediction)
            objects[best[0]] = task.evaluator.count_objects(segmentation, dataset.gt, dataset.mask)
        self._record(dataset, iteration, scores, objects)
        if best is not None:
            self._store_volumes(dataset, iteration, prediction, best[2])
        return scores

    def _predict(self, dataset: Dataset, progress: Callable[[float], None]) -> NumpyArray:
        if dataset.gt is None:
            raise DataError(f"{dataset.name} has no labels to be scored against.")
        raw = dataset.raw
        roi = dataset.gt.roi.snap_to_grid(raw.voxel_size, "shrink").intersect(raw.roi)
        with averaged(self._run):
            data = BlockPredictor.of_run(self._run).predict(raw, roi, progress)
        grid = raw.grid.cropped(raw.grid.box(roi))
        return NumpyArray.from_grid(data, grid, ("c", *raw.spatial_axes), name="prediction")

    def _better(self, one: EvaluationScores, other: EvaluationScores) -> bool:
        criterion = one.criteria[0]
        return self._run.task.evaluator.compare(
            one.as_dict()[criterion], other.as_dict()[criterion], criterion
        )

    def _record(
        self,
        dataset: Dataset,
        iteration: int,
        scores: Scores,
        objects: Mapping[int, Mapping[str, int]],
    ) -> None:
        for parameters, entry in scores:
            row = {
                "iteration": iteration,
                "dataset": dataset.name,
                "parameters": parameters.to_dict(),
                "scores": entry.as_dict(),
            }
            if self._optimistic:
                row["optimistic"] = True
            if objects.get(parameters.id):
                row["objects"] = dict(objects[parameters.id])
            append_row(self._folder.validation_scores_file, row)
        evaluator = self._run.task.evaluator
        for criterion in evaluator.criteria:
            values = [(parameters, entry.as_dict()[criterion]) for parameters, entry in scores]
            self._record_best(dataset.name, iteration, values, criterion)

    def _record_mean(self, iteration: int, found: Sequence[Scores]) -> None:
        """Remember what is best over all datasets; those without a score do not count."""
        for criterion in self._run.task.evaluator.criteria:
            values = []
            for entries in zip(*found, strict=True):
                of_datasets = [entry.as_dict()[criterion] for _, entry in entries]
                known = [value for value in of_datasets if not math.isnan(value)]
                values.append((entries[0][0], fmean(known) if known else math.nan))
            self._record_best(MEAN_OF_DATASETS, iteration, values, criterion)

    def _record_best(
        self,
        dataset: str,
        iteration: int,
        values: Sequence[tuple[PostProcessorParameters, float]],
        criterion: str,
    ) -> None:
        evaluator = self._run.task.evaluator
        known = read_json(self._folder.best_file(dataset, criterion))
        value = known.get("value") if isinstance(known, dict) else None
        best = math.nan if value is None else float(value)
        for parameters, value in values:
            if evaluator.compare(value, best, criterion):
                best = value
                self._store.store_best(
                    self._run.name, iteration, dataset, criterion, parameters.to_dict(), value
                )

    def _store_volumes(
        self, dataset: Dataset, iteration: int, prediction: NumpyArray, labels: np.ndarray
    ) -> None:
        """Keep what the newest and the best validation saw, and nothing else."""
        container = LocalContainerIdentifier(self._folder.validation_container)
        segmentation = _like(labels, prediction)
        for name, array in (("prediction", prediction), ("segmentation", segmentation)):
            identifier = container.array_identifier(f"{iteration}/{dataset.name}/{name}")
            stored = ZarrArray.create_from_array_identifier(
                identifier,
                axes=array.axes,
                roi=array.roi,
                num_channels=array.num_channels,
                voxel_size=array.voxel_size,
                dtype=np.float16 if name == "prediction" else array.dtype,
                overwrite=True,
                grid=array.grid,
            )
            stored[stored.roi] = array[array.roi]
        self._remove_old_volumes(dataset, iteration)

    def _remove_old_volumes(self, dataset: Dataset, iteration: int) -> None:
        kept = {str(iteration)}
        for criterion in self._run.task.evaluator.criteria:
            if self._run.task.evaluator.store_best(criterion):
                best = read_json(self._folder.best_file(dataset.name, criterion))
                kept |= {str(best["iteration"])} if isinstance(best, dict) else set()
        for path in self._folder.validation_container.iterdir():
            if path.name.isdecimal() and path.name not in kept:
                shutil.rmtree(path / dataset.name, ignore_errors=True)
                if not any(child.is_dir() for child in path.iterdir()):
                    shutil.rmtree(path, ignore_errors=True)


class _Interrupted(Exception):
    """Somebody asked to stop while the run was being scored."""


def averaged(run: Run) -> AbstractContextManager[None]:
    """Context in which the model has its averaged weights, where the trainer keeps an average."""
    average = getattr(run.trainer, "average", None)
    context: AbstractContextManager[None] = average.applied() if average else nullcontext()
    return context


def _like(labels: np.ndarray, prediction: Array) -> NumpyArray:
    channels = ["c"] if labels.ndim > prediction.dims else []
    return NumpyArray.from_grid(labels, prediction.grid, [*channels, *prediction.spatial_axes])
