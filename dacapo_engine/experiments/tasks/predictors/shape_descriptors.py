"""From labels to local shape descriptors: where in its object, and in what shape, a voxel lies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.experiments.tasks.dense_ids import dense_ids

__all__ = ["TRUNCATION", "num_shape_descriptors", "shape_descriptors"]

TRUNCATION = 3.0
"""How many sigma a window reaches."""


def num_shape_descriptors(dims: int) -> int:
    """10 in 3D and 6 in 2D: offsets, variances, correlations and size."""
    return 2 * dims + dims * (dims - 1) // 2 + 1


def shape_descriptors(
    labels: NDArray[Any], sigma: Sequence[float], downsample: int = 1
) -> NDArray[np.float32]:
    """Local shape descriptors (Sheridan et al. 2023, Nature Methods 20:295).

    Of the part of its own object around a voxel, weighted by a Gaussian window of width sigma
    that sums to 1: the centre of mass, seen from the voxel, as ``1/2 + offset / (2 sigma)``; the
    variance along each axis as ``variance / sigma^2``; the correlation of each pair of axes as
    ``1/2 + r / 2``; and the sum of the weights. All are clipped to 0 to 1.

    Parameters
    ----------
    labels
        Ids, ``[z, y, x]`` or ``[y, x]``; 0 is background.
    sigma
        Width of the window in voxels, per axis.
    downsample
        Compute at every so manyth voxel along each axis, and repeat.

    Returns
    -------
    numpy.ndarray
        ``[descriptor, (z,) y, x]``, offsets, variances, correlations (zy, zx, yx), size; 0 in
        background.
    """
    from scipy.ndimage import find_objects

    steps = (slice(None, None, downsample),) * labels.ndim
    ids = dense_ids(labels[steps])
    widths = [width / downsample for width in sigma]
    found = np.zeros((num_shape_descriptors(labels.ndim), *ids.shape), dtype=np.float32)
    for number, box in enumerate(find_objects(ids), start=1):
        own = ids[box] == number
        descriptors = _normalized(_moments(own.astype(np.float32), widths), widths)
        found[(slice(None), *box)][:, own] = descriptors[:, own]
    return _repeated(found, downsample, labels.shape) * (labels > 0)


def _moments(own: NDArray[np.float32], sigma: Sequence[float]) -> dict[tuple[int, ...], Any]:
    """Sums of the window times powers of the distance from each voxel, by these powers."""
    dims = own.ndim
    moments: dict[tuple[int, ...], Any] = {(): own}
    for axis in range(dims):
        kernels = _kernels(sigma[axis])
        moments = {
            (*powers, power): _convolve(values, kernels[power], axis)
            for powers, values in moments.items()
            for power in range(3 - sum(powers))
        }
    return moments


def _kernels(sigma: float) -> list[NDArray[np.float64]]:
    reach = math.ceil(TRUNCATION * sigma)
    distances = np.arange(-reach, reach + 1, dtype=np.float64)
    window = np.exp(-0.5 * (distances / sigma) ** 2)
    window /= window.sum()
    return [window * distances**power for power in range(3)]


def _convolve(
    values: NDArray[np.float32], kernel: NDArray[np.float64], axis: int
) -> NDArray[np.float32]:
    from scipy.ndimage import correlate1d

    # Beyond a box as large as the object, the window meets nothing of it.
    reach, extent = len(kernel) // 2, values.shape[axis]
    cut = max(0, reach - (extent - 1))
    kernel = kernel[cut : len(kernel) - cut]
    return correlate1d(values, kernel, axis=axis, mode="constant")


def _normalized(moments: dict[tuple[int, ...], Any], sigma: Sequence[float]) -> NDArray[np.float32]:
    dims = len(sigma)
    size = moments[(0,) * dims]
    whole = np.maximum(size, 1e-6)
    means = [moments[_powers(dims, a)] / whole for a in range(dims)]
    variances = [
        np.maximum(moments[_powers(dims, a, a)] / whole - means[a] ** 2, 0) for a in range(dims)
    ]
    correlations = []
    for a in range(dims):
        for b in range(a + 1, dims):
            covariance = moments[_powers(dims, a, b)] / whole - means[a] * means[b]
            spread = np.sqrt(variances[a] * variances[b])
            # A line along an axis, or a single voxel, correlates with nothing.
            correlations.append(np.where(spread > 1e-3, covariance / np.maximum(spread, 1e-3), 0))
    stacked = np.stack(
        [0.5 + mean / (2 * width) for mean, width in zip(means, sigma, strict=True)]
        + [variance / width**2 for variance, width in zip(variances, sigma, strict=True)]
        + [0.5 + r / 2 for r in correlations]
        + [size]
    )
    return np.clip(stacked, 0, 1)


def _powers(dims: int, *axes: int) -> tuple[int, ...]:
    return tuple(axes.count(axis) for axis in range(dims))


def _repeated(values: NDArray[np.float32], times: int, shape: Sequence[int]) -> NDArray[np.float32]:
    for axis, extent in enumerate(shape, start=1):
        if times > 1:
            values = values.repeat(times, axis=axis)
            values = values[(slice(None),) * axis + (slice(0, extent),)]
    return values
