"""Writes the prediction of a trained run over a volume."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dacapo_engine.devices import choose_device
from dacapo_engine.errors import ConfigError, DataError
from dacapo_engine.experiments.block_prediction import BlockPredictor
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.intensities_array import (
    IntensitiesArray,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.intensities_array_config import (
    IntensitiesArrayConfig,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array import ZarrArray
from dacapo_engine.experiments.datasplits.datasets.volume_facts import measure_arrays
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks.post_processors.prediction_values import as_type
from dacapo_engine.output_check import check_output
from dacapo_engine.setup.volume_files import Volume, array_config
from dacapo_engine.store.array_store import LocalArrayIdentifier
from dacapo_engine.store.local_weights_store import LocalWeightsStore
from dacapo_engine.store.run_folder import RunFolder, default_runs_folder
from dacapo_engine.yaml_file import read_config

if TYPE_CHECKING:
    from funlib.geometry import Roi

__all__ = ["load_run", "open_raw", "predict"]


def predict(
    run_name: str,
    iteration: int,
    input_container: Path | str,
    input_dataset: str,
    output_path: Path | str,
    output_roi: Roi | None = None,
    num_workers: int = 1,
    output_dtype: Any = np.uint8,
    overwrite: bool = True,
    *,
    runs: Path | str | None = None,
    device: str = "auto",
) -> Array:
    """Predict a volume with the weights of `iteration` and write the result.

    Parameters
    ----------
    input_container, input_dataset
        The raw volume; its range of intensities is measured.
    output_path
        A zarr container; the prediction is written to ``prediction`` in it.
    output_roi
        World region to predict, in the volume's unit; everything if None.
    num_workers
        Taken so that the reference's calls keep working; one process predicts.
    output_dtype
        Floats are written as they are; integers from 0 to their largest value stand for the
        range of a channel, which is -1 to 1 for distances and 0 to 1 for everything else.
    overwrite
        Replace a prediction that is there.

    Returns
    -------
    Array
        The prediction, ``[c, (z,) y, x]``.
    """
    basedir = Path(runs) if runs is not None else default_runs_folder()
    run = load_run(RunFolder.of(basedir, run_name))
    source = LocalArrayIdentifier(Path(input_container), input_dataset)
    target = LocalArrayIdentifier(Path(output_path), "prediction")
    check_output(target, source, run.config)
    restore_weights(run, LocalWeightsStore(basedir), iteration)
    run.model.to(choose_device(device))
    raw = open_raw(source)
    roi = output_roi if output_roi is not None else raw.roi
    return _predict_to(run, raw, roi, target, np.dtype(output_dtype), overwrite)


def load_run(folder: RunFolder) -> Run:
    """The run of a folder, with the weights it started from."""
    if not folder.exists():
        raise ConfigError(
            "There is no run here: run.yaml is missing.",
            hint="Give the folder of a run, as dacapo-engine train made it.",
            place=str(folder.path),
        )
    config = read_config(folder.run_file, RunConfig)
    return Run(config if config.name == folder.name else config.replace(name=folder.name))


def restore_weights(run: Run, store: LocalWeightsStore, iteration: int) -> None:
    """Put the (averaged) weights of `iteration` into the model of `run`, for good."""
    weights = store.retrieve_weights(run.name, iteration)
    run.model.load_state_dict(weights.model)
    average = getattr(run.trainer, "average", None)
    if average is not None and weights.average is not None:
        average.load_state_dict(dict(weights.average))
        average.copy_to_model()


def open_raw(volume: Volume, axes: tuple[str, ...] | None = None) -> IntensitiesArray:
    """A raw volume scaled by its own measured range of intensities."""
    config = array_config(volume, axes)
    facts = measure_arrays(config.array_type(config))
    if facts.nan_share > 0:
        raise DataError(
            f"{facts.nan_share:.1%} of raw are not numbers (NaN or infinite).",
            hint="Replace them, or crop that region away.",
            place=str(volume),
        )
    low, high = facts.intensity_range
    return IntensitiesArray(IntensitiesArrayConfig(source_array_config=config, min=low, max=high))


def _predict_to(
    run: Run,
    raw: Array,
    roi: Roi,
    target: LocalArrayIdentifier,
    dtype: np.dtype[Any],
    overwrite: bool,
) -> Array:
    written = ZarrArray.create_from_array_identifier(
        target,
        axes=("c", *raw.spatial_axes),
        roi=roi,
        num_channels=run.model.num_out_channels,
        voxel_size=raw.voxel_size,
        dtype=dtype,
        overwrite=overwrite,
        grid=raw.grid.cropped(raw.grid.box(roi)),
    )
    for block, prediction in BlockPredictor.of_run(run, mirrored=False).blocks(raw, roi):
        written[block] = as_type(prediction, dtype, run.task.predictor.lowest_values)
    return written
