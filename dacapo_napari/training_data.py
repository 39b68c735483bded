"""The layers that a run learns from, measured and written."""

from __future__ import annotations

from dataclasses import dataclass

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts, measure_volume
from dacapo_napari.layer_volume import LayerVolume

__all__ = ["TrainingData", "measure"]


@dataclass(frozen=True)
class TrainingData:
    """An image, its labels, and where the labels count."""

    raw: LayerVolume
    labels: LayerVolume
    mask: LayerVolume | None = None


def measure(data: TrainingData) -> VolumeFacts:
    """What there is to know about the layers; reads a bounded part of them, so off the Qt thread.

    Raises
    ------
    DataError
        If the values cannot be learnt from.
    """
    raw = data.raw
    facts = measure_volume(
        raw.data,
        data.labels.data,
        None if data.mask is None else data.mask.data,
        axes=raw.axes,
        voxel_size_nm=tuple(float(size) for size in raw.voxel_size),
        voxel_size_known=raw.known,
    )
    if facts.nan_share:
        raise DataError(
            f"{raw.name} has NaN in {facts.nan_share:.2%} of its voxels.",
            hint="Replace them by a number, or mask them.",
            place="data.raw",
        )
    if facts.num_objects == 0 and not facts.sampled:
        raise DataError(
            f"{data.labels.name} has no object.",
            hint="Paint at least one object, or choose another layer.",
            place="data.labels",
        )
    return facts
