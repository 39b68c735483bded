"""A generated block of neuropil: neurites that fill space, with membranes and mitochondria."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from skimage import measure

Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.uint16]
Path = npt.NDArray[np.float64]

SHAPE = (96, 192, 192)
CYTOPLASM, MEMBRANE, MITOCHONDRION = 172.0, 62.0, 74.0
NUM_THICK, NUM_THIN = 18, 56
STEP = 2.0
CRUMB = 800


def make_neurites(seed: int = 5) -> tuple[npt.NDArray[np.uint8], Labels]:
    """A raw volume and the instance label of every voxel, both of ``SHAPE``.

    Each neurite is a random walk with a radius that swells and narrows; every voxel belongs to
    the neurite whose tube is nearest, so the space between the tubes is shared out as in tissue.
    """
    rng = np.random.default_rng(seed)
    tubes = list(_tubes(rng))
    labels = _share_out(tubes)
    depth = _distance_to_membrane(labels)
    brightness = _cytoplasm(rng, labels)
    inside, core = _mitochondria(rng, tubes, depth)
    brightness = np.where(
        inside, MITOCHONDRION + 20.0 * core * (_noise(rng, 1.2) + 0.6), brightness
    )
    brightness = MEMBRANE + (brightness - MEMBRANE) * (1.0 - np.exp(-((depth / 1.8) ** 2)))
    return _expose(rng, brightness), labels


def _tubes(rng: np.random.Generator) -> Iterator[tuple[Path, npt.NDArray[np.float64]]]:
    for index in range(NUM_THICK + NUM_THIN):
        thick = index < NUM_THICK
        path = _random_walk(rng, wander=0.06 if thick else 0.13)
        swell = ndimage.gaussian_filter1d(rng.standard_normal(len(path)), 9.0, mode="nearest")
        mean = rng.uniform(9.0, 15.0) if thick else rng.uniform(2.5, 5.5)
        yield path, mean * np.clip(1.0 + 1.6 * swell, 0.5, 1.8)


def _random_walk(rng: np.random.Generator, wander: float) -> Path:
    """Points every ``STEP`` voxels along a smooth curve through the volume, both ways."""
    start = rng.uniform(0.0, 1.0, 3) * SHAPE
    heading = rng.standard_normal(3)
    halves = []
    for sign in (-1.0, 1.0):
        steps = int(1.5 * max(SHAPE) / STEP)
        turns = ndimage.gaussian_filter1d(rng.standard_normal((steps, 3)), 3.0, axis=0)
        headings = sign * heading + np.cumsum(turns * wander * np.sqrt(STEP) * 3.0, axis=0)
        headings /= np.linalg.norm(headings, axis=1, keepdims=True)
        halves.append(start + STEP * np.cumsum(headings, axis=0))
    path = np.concatenate([halves[0][::-1], start[None], halves[1]])
    near = np.all((path > -12.0) & (path < np.asarray(SHAPE) + 12.0), axis=1)
    return _stretch_around(near, len(halves[0]), path)


def _stretch_around(near: npt.NDArray[np.bool_], middle: int, path: Path) -> Path:
    """The part of the path that leaves the volume at neither end and holds its middle."""
    outside = np.flatnonzero(~near)
    first = outside[outside < middle].max(initial=-1) + 1
    last = outside[outside > middle].min(initial=len(path))
    return path[first:last]


def _share_out(tubes: list[tuple[Path, npt.NDArray[np.float64]]]) -> Labels:
    seeds: Labels = np.zeros(SHAPE, np.uint16)
    for label, (path, radius) in enumerate(tubes, start=1):
        _draw(seeds, path, radius, label)
    seeds = _connected(seeds)
    nearest = ndimage.distance_transform_edt(
        seeds == 0, return_distances=False, return_indices=True
    )
    return seeds[tuple(nearest)]


def _connected(labels: Labels) -> Labels:
    """A label of its own for each piece that others have cut off; crumbs are dropped."""
    pieces = measure.label(labels, connectivity=1)
    keep = np.bincount(pieces.ravel()) >= CRUMB
    keep[0] = False
    return (np.cumsum(keep) * keep).astype(np.uint16)[pieces]


def _draw(
    volume: npt.NDArray[np.uint16], path: Path, radius: npt.NDArray[np.float64], label: int
) -> None:
    """Paint a ball around each point, never over what is painted already."""
    shape = np.asarray(volume.shape)
    for point, size in zip(path, radius, strict=True):
        low = np.maximum(np.floor(point - size), 0).astype(int)
        high = np.minimum(np.ceil(point + size) + 1, shape).astype(int)
        if np.any(high <= low):
            continue
        window = volume[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
        axes = [np.arange(a, b) - c for a, b, c in zip(low, high, point, strict=True)]
        z, y, x = np.ix_(*axes)
        window[(z**2 + y**2 + x**2 <= size**2) & (window == 0)] = label


def _distance_to_membrane(labels: Labels) -> Floats:
    """Distance in voxels to the nearest voxel where one neurite meets another."""
    inside = np.ones(labels.shape, bool)
    for axis in range(labels.ndim):
        ahead = np.moveaxis(labels, axis, 0)
        differs = ahead[1:] != ahead[:-1]
        moved = np.moveaxis(inside, axis, 0)
        moved[1:][differs] = False
        moved[:-1][differs] = False
    return ndimage.distance_transform_edt(inside).astype(np.float32)


def _cytoplasm(rng: np.random.Generator, labels: Labels) -> Floats:
    count = int(labels.max())
    shade = np.concatenate([[0.0], rng.normal(0.0, 13.0, count)]).astype(np.float32)
    grain = rng.uniform(6.0, 15.0, count + 1).astype(np.float32)
    return CYTOPLASM + shade[labels] + grain[labels] * _noise(rng, 1.6) + 6.0 * _noise(rng, 9.0)


def _mitochondria(
    rng: np.random.Generator,
    tubes: list[tuple[Path, npt.NDArray[np.float64]]],
    depth: Floats,
) -> tuple[npt.NDArray[np.bool_], Floats]:
    """Where mitochondria are, and how deep inside them (0 to 1), for their inner texture."""
    drawn = np.zeros(SHAPE, np.uint16)
    for path, radius in tubes:
        for first in range(int(rng.integers(0, 20)), len(path) - 26, 44):
            length = int(rng.integers(12, 26))
            part = slice(first, first + length)
            if radius[part].mean() < 4.0:
                continue
            ends = np.sin(np.linspace(0.3, np.pi - 0.3, length)) ** 0.4
            _draw(drawn, path[part], ends * np.clip(0.7 * radius[part], 4.0, 10.0), 1)
    inside = (drawn == 1) & (depth > 2.6)
    core = ndimage.gaussian_filter(inside.astype(np.float32), 1.5)
    return inside, core


def _noise(rng: np.random.Generator, sigma: float) -> Floats:
    """Smooth noise of unit variance."""
    noise = ndimage.gaussian_filter(rng.standard_normal(SHAPE, np.float32), sigma, truncate=2.5)
    return noise / noise.std()


def _expose(rng: np.random.Generator, brightness: Floats) -> npt.NDArray[np.uint8]:
    seen = ndimage.gaussian_filter(brightness, 0.7, truncate=2.5)
    seen = seen + rng.normal(0.0, 11.0, SHAPE).astype(np.float32)
    return np.clip(seen, 0, 255).astype(np.uint8)
