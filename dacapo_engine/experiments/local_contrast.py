"""Brightness and contrast that are the same everywhere in a volume, and in every volume."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from scipy.ndimage import uniform_filter

__all__ = ["standardize", "standardize_locally"]

# Raw runs from 0 to 1: where nothing is to be seen, noise is not blown up to be something.
_LEAST_DEVIATION = 0.02


def standardize(raw: torch.Tensor) -> torch.Tensor:
    """Each channel of each patch with mean 0 and deviation 1: ``[b, c, (z,) y, x]``."""
    axes = tuple(range(2, raw.ndim))
    deviation, mean = torch.std_mean(raw, dim=axes, keepdim=True, correction=0)
    return (raw - mean) / deviation.clamp(min=_LEAST_DEVIATION)


def standardize_locally(raw: np.ndarray, window: Sequence[int]) -> np.ndarray:
    """Each voxel by the mean and deviation of a window around it.

    With a window of the size of the patches that `standardize` saw in training, a voxel looks
    as it did in the middle of a patch, wherever in the volume it lies.

    Parameters
    ----------
    raw
        ``[c, (z,) y, x]`` float32, mirrored at its borders.
    window
        Voxels along each spatial axis; even numbers are raised to the next odd one.
    """
    size = (1, *(extent // 2 * 2 + 1 for extent in window))
    mean = uniform_filter(raw, size, mode="reflect")
    variance = uniform_filter(raw * raw, size, mode="reflect") - mean * mean
    deviation = np.sqrt(np.maximum(variance, _LEAST_DEVIATION**2))
    result: np.ndarray = (raw - mean) / deviation
    return result
