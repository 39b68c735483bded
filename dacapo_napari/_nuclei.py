"""A generated block of stained nuclei: touching, unequally bright, blurred and noisy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from skimage import segmentation

Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.uint16]
Points = npt.NDArray[np.float64]

SHAPE = (48, 192, 192)
VOXEL_SIZE_UM = np.array([0.5, 0.2, 0.2])
RADIUS_UM = 3.1
MOST = 200
CRUMB = 400
BLUR_UM = np.array([0.55, 0.24, 0.24])
OFFSET, PHOTONS, COUNTS_PER_PHOTON = 110.0, 34.0, 24.0


def make_nuclei(seed: int = 3) -> tuple[npt.NDArray[np.uint16], Labels]:
    """A raw volume of 12 bits and the instance labels, 0 for background, both of ``SHAPE``."""
    rng = np.random.default_rng(seed)
    labels = _ellipsoids(rng, _centres(rng))
    return _expose(rng, _stain(rng, labels)), labels


def _centres(rng: np.random.Generator) -> Points:
    """Points in micrometres, crowded into clumps, near enough for their nuclei to touch."""
    extent = np.asarray(SHAPE) * VOXEL_SIZE_UM
    crowd = rng.uniform(0.0, 1.0, (6, 3)) * extent
    chosen: list[npt.NDArray[np.float64]] = []
    for _ in range(30 * MOST):
        candidate = rng.uniform(-0.05, 1.05, 3) * extent
        to_crowd = np.linalg.norm(crowd - candidate, axis=1).min()
        if rng.random() > np.exp(-((to_crowd / 9.0) ** 2)) + 0.08:
            continue
        gaps = [float(np.linalg.norm(candidate - other)) for other in chosen]
        if min(gaps, default=np.inf) > 1.7 * RADIUS_UM:
            chosen.append(candidate)
    return np.asarray(chosen[:MOST])


def _ellipsoids(rng: np.random.Generator, centres: Points) -> Labels:
    """Each voxel within an ellipsoid belongs to the one in which it lies deepest.

    What the border cuts down to a crumb is left out.
    """
    labels: Labels = np.zeros(SHAPE, np.uint16)
    deepest = np.ones(SHAPE, np.float32)
    bumps = 0.07 * _noise(rng, np.array([0.9, 0.9, 0.9]))
    for label, centre in enumerate(centres, start=1):
        radii = RADIUS_UM * rng.uniform(0.8, 1.2, 3)
        turn = np.linalg.qr(rng.standard_normal((3, 3)))[0]
        box = _box(centre, 1.4 * radii.max())
        positions = np.meshgrid(*(np.arange(s.start, s.stop) for s in box), indexing="ij")
        offsets = np.stack(positions, -1) * VOXEL_SIZE_UM - centre
        distance = np.linalg.norm(offsets @ turn / radii, axis=-1) + bumps[box]
        mine = distance < deepest[box]
        if mine.sum() < CRUMB:
            continue
        deepest[box][mine] = distance[mine]
        labels[box][mine] = label
    return segmentation.relabel_sequential(labels)[0].astype(np.uint16)


def _box(centre: npt.NDArray[np.float64], reach: float) -> tuple[slice, ...]:
    low = np.maximum(np.floor((centre - reach) / VOXEL_SIZE_UM), 0).astype(int)
    high = np.minimum(np.ceil((centre + reach) / VOXEL_SIZE_UM), SHAPE).astype(int)
    return tuple(slice(a, max(a, b)) for a, b in zip(low, high, strict=True))


def _stain(rng: np.random.Generator, labels: Labels) -> Floats:
    """How much dye each voxel holds: chromatin, dark nucleoli, some nuclei brighter."""
    brightness = rng.uniform(0.5, 1.0, int(labels.max()) + 1).astype(np.float32)
    brightness[0] = 0.0
    chromatin = 1.0 + 0.28 * _noise(rng, np.array([0.35, 0.35, 0.35]))
    nucleoli = 1.0 - 0.55 * (_noise(rng, np.array([0.7, 0.7, 0.7])) > 1.75)
    return brightness[labels] * np.clip(chromatin, 0.3, None) * nucleoli


def _expose(rng: np.random.Generator, stain: Floats) -> npt.NDArray[np.uint16]:
    sharp = ndimage.gaussian_filter(stain, BLUR_UM / VOXEL_SIZE_UM, truncate=3.0)
    haze = ndimage.gaussian_filter(stain, np.array([3.5, 2.5, 2.5]) / VOXEL_SIZE_UM, truncate=2.0)
    depth = np.linspace(1.0, 0.72, SHAPE[0], dtype=np.float32)[:, None, None]
    photons = rng.poisson(PHOTONS * depth * (sharp + 0.22 * haze) + 1.2)
    counts = OFFSET + COUNTS_PER_PHOTON * photons + rng.normal(0.0, 12.0, SHAPE)
    return np.clip(counts, 0, 4095).astype(np.uint16)


def _noise(rng: np.random.Generator, sigma_um: npt.NDArray[np.float64]) -> Floats:
    """Smooth noise of unit variance; ``sigma_um`` is its grain per axis in micrometres."""
    white = rng.standard_normal(SHAPE, np.float32)
    noise = ndimage.gaussian_filter(white, sigma_um / VOXEL_SIZE_UM, truncate=2.5)
    return noise / noise.std()
