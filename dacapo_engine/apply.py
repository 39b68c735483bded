"""Segments a volume with a trained run."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dacapo_engine.devices import choose_device
from dacapo_engine.errors import ConfigError, DataError, NotFoundError
from dacapo_engine.experiments.block_prediction import BlockPredictor
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array import ZarrArray
from dacapo_engine.holdout import is_scored_on_training_data
from dacapo_engine.output_check import check_output
from dacapo_engine.predict import load_run, open_raw, restore_weights
from dacapo_engine.store.array_store import LocalArrayIdentifier
from dacapo_engine.store.local_weights_store import LocalWeightsStore
from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder, default_runs_folder
from dacapo_engine.validate import MEAN_OF_DATASETS
from dacapo_engine.volume_files import Volume

if TYPE_CHECKING:
    from dacapo_engine.experiments.run import Run
    from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
        PostProcessorParameters,
    )

__all__ = ["Choice", "apply", "choose_weights", "segment_volume"]

logger = logging.getLogger(__name__)
_RECENT_VALIDATIONS = 3


@dataclass(frozen=True)
class Choice:
    """Which weights segment, with which post-processing, and why.

    Attributes
    ----------
    text
        In words, for the person who asked.
    """

    iteration: int
    parameters: PostProcessorParameters
    text: str


def apply(
    run_name: str,
    input_container: Path | str,
    input_dataset: str,
    output_path: Path | str,
    validation_dataset: str | None = None,
    criterion: str = "voi",
    iteration: int | None = None,
    parameters: PostProcessorParameters | None = None,
    roi: Any = None,
    num_workers: int = 12,
    output_dtype: Any = np.uint8,
    overwrite: bool = True,
    file_format: str = "zarr",
    *,
    runs: Path | str | None = None,
    device: str = "auto",
) -> Array:
    """Predict and segment a volume.

    Parameters
    ----------
    input_container, input_dataset
        The raw volume.
    output_path
        A zarr container; the result is written to ``segmentation`` in it.
    validation_dataset, criterion
        By which the best iteration and its parameters are chosen, where `iteration` is None;
        all of them together if None.
    iteration, parameters
        Weights and post-processing to use instead.
    roi
        World region in the volume's unit; everything if None.
    num_workers, output_dtype, overwrite, file_format
        Taken so that the reference's calls keep working.
    """
    folder = RunFolder.of(runs if runs is not None else default_runs_folder(), run_name)
    choice = choose_weights(
        folder, "best" if iteration is None else iteration, criterion, validation_dataset
    )
    if parameters is not None:
        choice = Choice(choice.iteration, parameters, choice.text)
    source = LocalArrayIdentifier(Path(input_container), input_dataset)
    target = LocalArrayIdentifier(Path(output_path), "segmentation")
    return segment_volume(folder, source, target, choice, roi=roi, device=device)


def choose_weights(
    folder: RunFolder,
    iteration: str | int = "best",
    criterion: str | None = None,
    dataset: str | None = None,
) -> Choice:
    """The weights to segment with, and the post-processing that suits them.

    Parameters
    ----------
    iteration
        ``best`` takes weights and parameters of the best validation; ``latest`` the newest
        weights, and a number the weights of that iteration, with the parameters that did best in
        the validations nearest before it.
    criterion
        What is best; the evaluator's first criterion if None.
    dataset
        On which validation dataset; the mean over all of them if None.
    """
    run = load_run(folder)
    store = LocalWeightsStore(folder.path.parent)
    rows = read_rows(folder.validation_scores_file)
    names = list(dict.fromkeys(row["dataset"] for row in rows))
    if iteration == "best":
        return _best(run, store, criterion or run.task.evaluator.criteria[0], dataset, names)
    chosen = _number(folder, store, iteration)
    scored = [row for row in rows if dataset in (None, row["dataset"])]
    parameters = _recent_parameters(run, scored, chosen)
    if parameters is None:
        return Choice(
            chosen,
            run.task.parameters[0],
            f"weights of iteration {chosen}, default post-processing (not validated yet)",
        )
    return Choice(chosen, parameters, f"weights of iteration {chosen}, validated post-processing")


def segment_volume(
    folder: RunFolder,
    source: Volume,
    target: LocalArrayIdentifier,
    choice: Choice,
    *,
    axes: tuple[str, ...] | None = None,
    roi: Any = None,
    device: str = "auto",
    on_progress: Callable[[str, float], None] = lambda stage, share: None,
) -> Array:
    """Predict `source`, post-process, and write ids to `target`.

    Parameters
    ----------
    source
        A dataset in a container, or an image file.
    on_progress
        Called with the name of the stage and the share of it that is done.
    """
    run = load_run(folder)
    check_output(target, source, run.config)
    restore_weights(run, LocalWeightsStore(folder.path.parent), choice.iteration)
    run.model.to(choose_device(device))
    raw = open_raw(source, axes)
    _check_channels(run, raw)
    roi = raw.roi if roi is None else roi
    prediction = BlockPredictor.of_run(run).predict(
        raw, roi, lambda share: on_progress("predicting", share)
    )
    on_progress("separating objects", 0.0)
    labels = run.task.post_processor.segment(prediction, choice.parameters)
    on_progress("separating objects", 1.0)
    return _write(labels, raw, roi, target)


def _best(
    run: Run, store: LocalWeightsStore, criterion: str, dataset: str | None, names: list[str]
) -> Choice:
    if not names and dataset is None:
        raise NotFoundError(
            "This run was not validated yet, so that no iteration is known to be the best.",
            hint="Use the latest weights, or train until the first validation.",
            place=run.name,
        )
    several = dataset is None and len(names) > 1
    if (
        several
        and RunFolder.of(store.basedir, run.name).best_file(MEAN_OF_DATASETS, criterion).is_file()
    ):
        dataset = MEAN_OF_DATASETS
    record = store.best_record(run.name, dataset or names[0], criterion)
    parameters = run.task.parameters[0]
    if record["parameters"] is not None:
        kind = run.task.post_processor.parameters_type
        parameters = kind.model_validate(record["parameters"])
    iteration = int(record["iteration"])
    value, text = record["value"], f"best weights by {criterion}"
    if value is not None:
        seen = ", optimistic: of data trained on" if is_scored_on_training_data(run.config) else ""
        text += f" ({value:.3f}{seen})"
    return Choice(iteration, parameters, f"{text}, iteration {iteration}")


def _number(folder: RunFolder, store: LocalWeightsStore, iteration: str | int) -> int:
    there = store.iterations(folder.name)
    if not there:
        raise NotFoundError(
            "This run has no weights yet.",
            hint="Train it until the first checkpoint.",
            place=str(folder.path),
        )
    if iteration == "latest":
        return there[-1]
    if not str(iteration).isdecimal() or int(iteration) not in there:
        raise ConfigError(
            f"There are no weights of iteration {iteration!r}.",
            hint=f"Choose best, latest, or of {', '.join(map(str, there))}.",
            place=str(folder.checkpoints),
        )
    return int(iteration)


def _recent_parameters(
    run: Run, rows: list[dict[str, Any]], iteration: int
) -> PostProcessorParameters | None:
    """The parameters with the best mean rank score over the newest validations."""
    validated = sorted({row["iteration"] for row in rows if row["iteration"] <= iteration})
    recent = set(validated[-_RECENT_VALIDATIONS:])
    values: dict[int, list[float]] = {}
    for row in rows:
        if row["iteration"] in recent:
            value = run.task.evaluator.rank(row["scores"])
            values.setdefault(row["parameters"]["id"], []).append(value)
    by_id = {parameters.id: parameters for parameters in run.task.parameters}
    known = {key: float(np.mean(v)) for key, v in values.items() if key in by_id}
    finite = {key: value for key, value in known.items() if np.isfinite(value)}
    return by_id[min(finite, key=lambda key: finite[key])] if finite else None


def _check_channels(run: Run, raw: Array) -> None:
    have, need = raw.num_channels or 1, run.model.num_in_channels
    if have != need:
        raise DataError(
            f"raw has {have} channel{'s' * (have > 1)}; this run was trained on {need}.",
            hint="Choose a volume of the kind it was trained on, or name its axes.",
        )
    if raw.dims != run.model.architecture.dims:
        raise DataError(
            f"raw has {raw.dims} axes in space; this run was trained on "
            f"{run.model.architecture.dims}.",
            hint="Choose a volume of the kind it was trained on, or name its axes.",
        )


def _write(labels: np.ndarray, raw: Array, roi: Any, target: LocalArrayIdentifier) -> Array:
    dtype = np.uint32 if labels.max(initial=0) < 2**32 else np.uint64
    classes = labels.ndim > raw.dims
    written = ZarrArray.create_from_array_identifier(
        target,
        axes=[*(["c"] if classes else []), *raw.spatial_axes],
        roi=roi,
        num_channels=len(labels) if classes else None,
        voxel_size=raw.voxel_size,
        dtype=dtype,
        overwrite=True,
        grid=raw.grid.cropped(raw.grid.box(roi)),
    )
    written[roi] = labels.astype(dtype)
    return written
