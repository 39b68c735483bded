"""Whether a volume can give patches of the size that a network reads."""

from __future__ import annotations

from collections.abc import Sequence

from dacapo_engine.errors import ConfigError, DataError
from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset

__all__ = ["check_patch_fits"]

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


def _text(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))
