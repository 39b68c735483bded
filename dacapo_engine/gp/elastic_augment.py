"""Rotation, scaling and smooth deformation of everything in a sample alike."""

from __future__ import annotations

import random
from collections.abc import Sequence

import gunpowder as gp
import numpy as np
import torch
from scipy.spatial.transform import Rotation

from dacapo_engine.errors import ConfigError
from dacapo_engine.gp.voxel_mover import VoxelMover

__all__ = ["ElasticAugment"]

_WORDS = {
    "control_point_spacing": "distance of control points",
    "control_point_displacement_sigma": "displacement of control points",
}


class ElasticAugment(VoxelMover):
    """Moves voxels: rotation and scaling about raw's centre, plus a smooth random displacement.

    For each output voxel the place it comes from is computed; intensities are interpolated
    linearly, labels and masks take the nearest voxel. What lies outside of the data is zero.

    Parameters
    ----------
    raw_key
        The array whose voxel size gives the control points their spacing.
    control_point_spacing
        Distance of the control points in voxels of raw, for each axis; in 2D the last two count.
    displacement_sigma
        Standard deviation of their displacement in world units, for each axis, as above.
    rotation_interval
        Angles in radians, between which one is drawn, in the plane of the last two axes.
    scale_interval
        Factors, between which one is drawn, by which objects grow.
    uniform_3d_rotation
        Draw a rotation of 3D space instead, all equally likely.
    subsample
        Compute the displacement on a grid this many times coarser than raw.
    probability
        Share of the samples that are changed.
    """

    def __init__(
        self,
        raw_key: gp.ArrayKey,
        control_point_spacing: Sequence[int],
        displacement_sigma: Sequence[float],
        rotation_interval: tuple[float, float] = (0.0, 0.0),
        scale_interval: tuple[float, float] = (1.0, 1.0),
        uniform_3d_rotation: bool = False,
        subsample: int = 1,
        probability: float = 1.0,
    ) -> None:
        self.raw_key = raw_key
        self.control_point_spacing = tuple(control_point_spacing)
        self.displacement_sigma = tuple(displacement_sigma)
        self.rotation_interval = rotation_interval
        self.scale_interval = scale_interval
        self.uniform_3d_rotation = uniform_3d_rotation
        self.subsample = subsample
        self.probability = probability

    def setup(self) -> None:
        """Every array changes."""
        dims = self.spec[self.raw_key].roi.dims
        spacing = _for_axes(self.control_point_spacing, dims, "control_point_spacing")
        sigma = _for_axes(self.displacement_sigma, dims, "control_point_displacement_sigma")
        self._spacing = np.array(spacing)
        self._sigma = np.array(sigma, dtype=float)
        self._sigma[list(self.fixed_axes)] = 0
        for key, spec in self.spec.items():
            if spec.roi is not None:
                self.updates(key, spec)

    def skip_node(self, request: gp.BatchRequest) -> bool:
        """Whether this sample is left as it is."""
        return random.random() > self.probability

    def prepare(self, request: gp.BatchRequest) -> gp.BatchRequest:
        """Draw the transformation, and ask for the region that it reads."""
        total = request.get_total_roi()
        middle = request[self.raw_key].roi if self.raw_key in request else total
        self._center = np.array(middle.begin) + np.array(middle.shape) / 2
        self._matrix = self._draw_matrix(total.dims)
        self._draw_displacement(total)
        deps = gp.BatchRequest()
        sources: dict[object, np.ndarray] = {}
        self._sources: dict[gp.ArrayKey, np.ndarray] = {}
        for key, spec in request.items():
            if spec.roi is None or spec.placeholder:
                continue
            place = (tuple(spec.roi.begin), tuple(spec.roi.shape), self.spec[key].voxel_size)
            if place not in sources:
                sources[place] = self._source_coordinates(spec.roi, place[2])
            source = self._sources[key] = sources[place]
            read = self._bounds(source, self.spec[key].voxel_size)
            # What is read for raw tells where the patch lies, so it extends as far on each side.
            deps[key] = gp.ArraySpec(roi=_even(read, spec.roi) if key == self.raw_key else read)
        return deps

    def process(self, batch: gp.Batch, request: gp.BatchRequest) -> gp.Batch:
        """Resample every array."""
        outputs = gp.Batch()
        for key, source in self._sources.items():
            array = batch[key]
            voxel_size = np.array(self.spec[key].voxel_size).reshape(-1, *(1,) * source[0].ndim)
            begin = np.array(array.spec.roi.begin).reshape(voxel_size.shape)
            voxels = ((source - begin) / voxel_size - 0.5).astype(np.float32)
            spec = array.spec.copy()
            spec.roi = request[key].roi
            sample = _linear if self.spec[key].interpolatable else _nearest
            outputs[key] = gp.Array(sample(array.data, voxels), spec)
        self._sources = {}
        return outputs

    def _draw_matrix(self, dims: int) -> np.ndarray:
        matrix = np.eye(dims)
        if self.uniform_3d_rotation and dims == 3 and not self.fixed_axes:
            seed = random.getrandbits(32)
            matrix = Rotation.random(random_state=seed).as_matrix()
        else:
            angle = random.uniform(*self.rotation_interval)
            cos, sin = np.cos(angle), np.sin(angle)
            matrix[-2:, -2:] = [[cos, -sin], [sin, cos]]
        matrix = matrix / random.uniform(*self.scale_interval)
        for axis in self.fixed_axes:
            matrix[axis, :] = matrix[:, axis] = 0
            matrix[axis, axis] = 1
        return matrix

    def _draw_displacement(self, total: gp.Roi) -> None:
        voxel_size = np.array(self.spec[self.raw_key].voxel_size)
        spacing = self._spacing * voxel_size
        begin, extent = np.array(total.begin, dtype=float), np.array(total.shape, dtype=float)
        counts = np.maximum(np.ceil(extent / spacing).astype(int) + 1, 2)
        self._control_points = [
            np.linspace(b, b + e, n) for b, e, n in zip(begin, extent, counts, strict=True)
        ]
        # One coarse grid for all arrays of the sample, or they would move differently.
        step = self.subsample * voxel_size
        self._coarse_points = [
            np.arange(b, b + e + s, s) for b, e, s in zip(begin, extent, step, strict=True)
        ]
        generator = np.random.default_rng(random.getrandbits(64))
        sigma = self._sigma.reshape(-1, *(1,) * len(counts))
        self._displacement = generator.standard_normal((len(counts), *counts)) * sigma

    def _source_coordinates(self, roi: gp.Roi, voxel_size: gp.Coordinate) -> np.ndarray:
        """World coordinates ``[axis, (z,) y, x]`` that the voxel centres of `roi` come from."""
        axes = [
            begin + (np.arange(extent // size) + 0.5) * size
            for begin, extent, size in zip(roi.begin, roi.shape, voxel_size, strict=True)
        ]
        centred = [axis - c for axis, c in zip(axes, self._center, strict=True)]
        grid = np.meshgrid(*centred, indexing="ij", sparse=True)
        source = self._displacement_at(axes)
        for axis, row in enumerate(self._matrix):
            source[axis] += self._center[axis]
            for weight, coordinate in zip(row, grid, strict=True):
                if weight:
                    source[axis] += weight * coordinate
        return source

    def _displacement_at(self, axes: list[np.ndarray]) -> np.ndarray:
        """Displacement at a regular grid: interpolated linearly, one axis after the other."""
        field = self._displacement
        for axis, (points, places) in enumerate(zip(self._control_points, axes, strict=True)):
            if self.subsample > 1:
                coarse = self._coarse_points[axis]
                weights = _linear_weights(coarse, places) @ _linear_weights(points, coarse)
            else:
                weights = _linear_weights(points, places)
            field = np.moveaxis(np.tensordot(weights, field, axes=(1, axis + 1)), 0, axis + 1)
        return np.ascontiguousarray(field)

    def _bounds(self, source: np.ndarray, voxel_size: gp.Coordinate) -> gp.Roi:
        flat = source.reshape(len(source), -1)
        size = np.array(voxel_size)
        # One voxel more on each side: linear interpolation reads the neighbours.
        begin = (np.floor(flat.min(axis=1) / size).astype(int) - 1) * size
        end = (np.ceil(flat.max(axis=1) / size).astype(int) + 1) * size
        return gp.Roi(tuple(map(int, begin)), tuple(map(int, end - begin)))


def _even(read: gp.Roi, patch: gp.Roi) -> gp.Roi:
    """The smallest region around `read` that has the centre of `patch`."""
    reach = np.maximum(
        np.array(patch.begin) - np.array(read.begin), np.array(read.end) - np.array(patch.end)
    )
    reach = gp.Coordinate(reach.tolist())
    return patch.grow(reach, reach)


def _for_axes(values: tuple[float, ...], dims: int, field: str) -> tuple[float, ...]:
    if len(values) < dims:
        raise ConfigError(
            f"Elastic: {len(values)} of {dims} numbers are given as {_WORDS[field]}.",
            hint="Give one for each axis of raw.",
            place=f"trainer_config.augments.{field}",
        )
    return values[-dims:]


def _linear_weights(points: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Matrix ``[place, point]`` that interpolates values at sorted `points` linearly."""
    if len(points) == 1:
        return np.ones((len(places), 1))
    clipped = np.clip(places, points[0], points[-1])
    left = np.clip(np.searchsorted(points, clipped, side="right") - 1, 0, len(points) - 2)
    share = (clipped - points[left]) / (points[left + 1] - points[left])
    weights = np.zeros((len(places), len(points)))
    rows = np.arange(len(places))
    weights[rows, left] = 1 - share
    weights[rows, left + 1] = share
    return weights


def _linear(data: np.ndarray, voxels: np.ndarray) -> np.ndarray:
    """`data` ``[(c,) (z,) y, x]`` at `voxels` ``[axis, (z,) y, x]``, interpolated linearly."""
    dims = len(voxels)
    channels = data.reshape(-1, *data.shape[-dims:]).astype(np.float32, copy=False)
    size = np.array(data.shape[-dims:], dtype=np.float32).reshape(-1, *(1,) * dims)
    relative = (voxels + 0.5) / size * 2 - 1
    grid = torch.from_numpy(np.ascontiguousarray(np.moveaxis(relative[::-1], 0, -1)))[None]
    sampled = torch.nn.functional.grid_sample(
        torch.from_numpy(np.ascontiguousarray(channels))[None],
        grid,
        align_corners=False,
        padding_mode="zeros",
    )
    shape = (*data.shape[:-dims], *voxels.shape[1:])
    return sampled[0].numpy().reshape(shape).astype(data.dtype, copy=False)


def _nearest(data: np.ndarray, voxels: np.ndarray) -> np.ndarray:
    """`data` ``[(c,) (z,) y, x]`` at the voxel nearest to `voxels`; zero outside."""
    dims = len(voxels)
    index = np.rint(voxels).astype(np.intp)
    limits = np.array(data.shape[-dims:]).reshape(-1, *(1,) * dims)
    outside = ((index < 0) | (index >= limits)).any(axis=0)
    index = np.clip(index, 0, limits - 1)
    result: np.ndarray = data[(..., *index)]
    result[..., outside] = 0
    return result
