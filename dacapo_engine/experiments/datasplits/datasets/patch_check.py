"""Whether a volume can give patches of the kind that a network reads and predicts."""

from __future__ import annotations

from collections.abc import Sequence

from funlib.geometry import Coordinate

from dacapo_engine.errors import ConfigError, DataError
from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
from dacapo_engine.units import format_lengths, from_world

__all__ = ["check_labels_match", "check_patch_fits"]

_PLACE = "architecture_config.input_shape"


def check_patch_fits(dataset: Dataset, input_shape: Sequence[int]) -> None:
    """Compare raw with the patch, ``(z,) y, x`` in voxels.

    Raises
    ------
    ConfigError
        If their numbers of axes differ.
    DataError
        If raw is smaller.
    """
    shape, patch = dataset.raw.grid.shape, tuple(input_shape)
    if len(shape) != len(patch):
        raise ConfigError(
            f"raw has {len(shape)} axes in space, the model reads {len(patch)}.",
            hint="Give the patch one number per axis.",
            place=_PLACE,
        )
    if all(have >= need for have, need in zip(shape, patch, strict=True)):
        return
    raise DataError(
        f"raw is {_text(shape)} voxels; the model reads {_text(patch)}.",
        hint=f"Choose a larger volume, a smaller preset, or a smaller patch ({_PLACE}).",
        place=dataset.name,
    )


def check_labels_match(dataset: Dataset, predicted: Coordinate | None = None) -> None:
    """DataError unless the voxels of labels are those that are predicted.

    Parameters
    ----------
    predicted
        Voxel size of the prediction, in world units; that of raw if None.
    """
    labels, expected = dataset.gt, predicted or dataset.raw.voxel_size
    if labels is None or labels.voxel_size == expected:
        return
    have, need = (
        format_lengths([from_world(extent, labels.unit) for extent in size])
        for size in (labels.voxel_size, expected)
    )
    raise DataError(
        f"A voxel of labels is {have} large, one of the prediction {need}.",
        hint="Resample the labels to the voxels of raw, each taking its nearest label.",
        place=dataset.name,
    )


def _text(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))
