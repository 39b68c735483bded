"""Segments a volume with a trained run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dacapo_engine.devices import choose_device
from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.block_prediction import BlockPredictor
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array import ZarrArray
from dacapo_engine.output_check import check_output
from dacapo_engine.predict import load_run, restore_weights
from dacapo_engine.segmenting.kept_prediction import KeptPrediction
from dacapo_engine.segmenting.segment_input import (
    SegmentInput,
    VoxelBox,
    check_fits_network,
    open_input,
)
from dacapo_engine.segmenting.trained_on import trained_on
from dacapo_engine.segmenting.weight_choice import Choice, choose_post_processing, choose_weights
from dacapo_engine.setup.volume_files import Volume
from dacapo_engine.store.array_store import LocalArrayIdentifier
from dacapo_engine.store.local_weights_store import LocalWeightsStore
from dacapo_engine.store.run_folder import RunFolder, default_runs_folder

if TYPE_CHECKING:
    from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
        PostProcessorParameters,
    )

__all__ = ["Choice", "apply", "choose_weights", "segment_volume"]


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
        Weights and post-processing to use instead; what was chosen by hand for this run comes
        before what validation chose.
    roi
        World region in the volume's unit; everything if None.
    num_workers, output_dtype, overwrite, file_format
        Taken so that the reference's calls keep working.
    """
    folder = RunFolder.of(runs if runs is not None else default_runs_folder(), run_name)
    choice = choose_weights(
        folder, "best" if iteration is None else iteration, criterion, validation_dataset
    )
    if parameters is None:
        choice = choose_post_processing(folder, choice)
    else:
        choice = replace(choice, parameters=parameters)
    source = LocalArrayIdentifier(Path(input_container), input_dataset)
    target = LocalArrayIdentifier(Path(output_path), "segmentation")
    return segment_volume(folder, source, target, choice, roi=roi, device=device)


def segment_volume(
    folder: RunFolder,
    source: Volume,
    target: LocalArrayIdentifier,
    choice: Choice,
    *,
    axes: tuple[str, ...] | None = None,
    roi: Any = None,
    box: VoxelBox | None = None,
    device: str = "auto",
    resample: bool = True,
    rescale: bool = True,
    intensities: tuple[float, float] | None = None,
    keep: LocalArrayIdentifier | None = None,
    on_progress: Callable[[str, float], None] = lambda stage, share: None,
) -> Array:
    """Predict `source`, post-process, and write ids to `target`.

    The volume is read, and where necessary resampled, block by block; the prediction of what is
    segmented is held in memory.

    Parameters
    ----------
    source
        A dataset in a container, or an image file.
    roi, box
        The part to segment: a world region in the volume's unit, or voxels of it.
    resample, rescale, intensities
        See `dacapo_engine.segmenting.segment_input.open_input`.
    keep
        Where the prediction is kept, too; see `KeptPrediction`.
    on_progress
        Called with the name of the stage and the share of it that is done.
    """
    run = load_run(folder)
    check_output(target, source, run.config)
    restore_weights(run, LocalWeightsStore(folder.path.parent), choice.iteration)
    run.model.to(choose_device(device))
    seen = open_input(
        source,
        trained_on(folder),
        axes,
        resample=resample,
        rescale=rescale,
        intensities=intensities,
    )
    check_fits_network(run, seen.raw)
    part = _checked_box(box, seen) if box is not None else seen.box(roi)
    prediction = BlockPredictor.of_run(run).predict(
        seen.raw, seen.region(part), lambda share: on_progress("predicting", share)
    )
    if keep is not None:
        kept = KeptPrediction.create(keep, seen, part, len(prediction))
        kept.write((0,) * seen.raw.dims, prediction)
    on_progress("separating objects", 0.0)
    labels = run.task.post_processor.segment(prediction, choice.parameters)
    on_progress("separating objects", 1.0)
    return _write(seen.restored(labels, part), seen.recorded, part, target)


def _checked_box(box: VoxelBox, seen: SegmentInput) -> VoxelBox:
    if len(box) != len(seen.whole) or any(
        part.stop > whole.stop for part, whole in zip(box, seen.whole, strict=True)
    ):
        shape = " x ".join(str(part.stop) for part in seen.whole)
        raise ConfigError(
            f"The box leaves the volume, which is {shape} voxels.",
            hint="Give first:last for each of its axes, without channels.",
        )
    return box


def _write(
    labels: np.ndarray[Any, Any], raw: Array, box: VoxelBox, target: LocalArrayIdentifier
) -> Array:
    dtype = np.uint32 if labels.max(initial=0) < 2**32 else np.uint64
    classes = labels.ndim > raw.dims
    written = ZarrArray.create_from_array_identifier(
        target,
        axes=[*(["c"] if classes else []), *raw.spatial_axes],
        roi=raw.grid.cropped(box).roi,
        num_channels=len(labels) if classes else None,
        voxel_size=raw.voxel_size,
        dtype=dtype,
        overwrite=True,
        grid=raw.grid.cropped(box),
    )
    written[written.roi] = labels.astype(dtype)
    return written
