"""The gunpowder pipeline from arrays to samples."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import gunpowder as gp
import numpy as np

from dacapo_engine.errors import DacapoError, DataError, OutOfMemoryError, TrainingError
from dacapo_engine.experiments.trainers.sample_plan import SampleKeys, SamplePlan, SampleSource
from dacapo_engine.gp import (
    CopyMask,
    DaCapoArraySource,
    DaCapoTargetFilter,
    RejectPatch,
)
from dacapo_engine.gp.isotropic_simple_augment import IsotropicSimpleAugment
from dacapo_engine.gp.labelled_places import LabelledPlaces
from dacapo_engine.gp.patch_place import PatchPlace
from dacapo_engine.gp.placed_location import PlacedLocation, Places, PlacesAroundPoints
from dacapo_engine.gp.seed_slot import SeedSlot
from dacapo_engine.gp.seeded_request import SeededRequest, sample_seed
from dacapo_engine.gp.voxel_mover import VoxelMover

if TYPE_CHECKING:
    from dacapo_engine.experiments.trainers.gp_augments.augment_config import AugmentConfig

__all__ = ["Sample", "SamplePipeline"]

_BOUNDS_SHARE = 0.75


@dataclass(frozen=True)
class Sample:
    """One training sample, without a batch axis.

    Attributes
    ----------
    raw
        ``[c, (z,) y, x]`` float32.
    gt, mask
        ``[(z,) y, x]``.
    target, weight
        ``[c, (z,) y, x]``.
    location
        Where the centre of the patch lies, in world units.
    source
        From which source of the plan it was drawn.
    """

    raw: np.ndarray
    gt: np.ndarray
    target: np.ndarray
    weight: np.ndarray
    mask: np.ndarray
    location: np.ndarray
    source: int = 0


class SamplePipeline:
    """Builds the pipeline of a plan once, and draws samples by number.

    One process must not hold two that are used in turn: gunpowder's nodes keep state and its
    random generators are global. The state of Python's and numpy's generators is restored
    after every sample.
    """

    def __init__(self, plan: SamplePlan) -> None:
        self.plan = plan
        self.keys = SampleKeys.create()
        self._pipeline = self._build()
        try:
            self._pipeline.setup()
        except gp.PipelineSetupError as error:
            raise _original(error) from error

    def sample(self, index: int, label_version: int = 0) -> Sample:
        """Sample `index`, which depends on the plan's seed, `index` and the version alone."""
        request = self._request(sample_seed(self.plan.seed, index, label_version))
        batch = self._drawn(self._pipeline, request)
        keys = self.keys
        raw = batch[keys.raw].data
        dims = self.plan.input_size.dims
        return Sample(
            raw=raw if raw.ndim > dims else raw[None],
            gt=batch[keys.gt].data,
            target=batch[keys.target].data,
            weight=batch[keys.weight].data,
            mask=batch[keys.mask].data,
            location=np.asarray(batch[keys.location].data),
            source=int(batch[keys.source].data),
        )

    def close(self) -> None:
        """Take the pipeline down."""
        self._pipeline.internal_teardown()

    def _drawn(self, pipeline: gp.Pipeline, request: gp.BatchRequest) -> gp.Batch:
        """A batch of the pipeline or of a part of it; the random generators are left alone."""
        python_state, numpy_state = random.getstate(), np.random.get_state()
        try:
            return pipeline.request_batch(request)
        except gp.PipelineRequestError as error:
            raise _original(error) from error
        finally:
            random.setstate(python_state)
            np.random.set_state(numpy_state)

    def _request(self, seed: int) -> SeededRequest:
        plan, keys = self.plan, self.keys
        request = SeededRequest(random_seed=seed)
        request.add(keys.raw, plan.input_size)
        for key in (keys.gt, keys.target, keys.weight, keys.mask):
            request.add(key, plan.output_size)
        voxel_size = plan.sources[0].mask.voxel_size
        request.add(keys.bounds, self._bounds())
        request[keys.bounds].roi = request[keys.bounds].roi.snap_to_grid(voxel_size, "closest")
        request[keys.bounds].placeholder = True
        request[keys.location] = gp.ArraySpec(nonspatial=True)
        request[keys.source] = gp.ArraySpec(nonspatial=True)
        return request

    def _bounds(self) -> gp.Coordinate:
        """How much of a patch lies within the labels, in world units."""
        plan = self.plan
        voxel_size = plan.sources[0].mask.voxel_size
        bounds = plan.output_size * _BOUNDS_SHARE / voxel_size
        smallest = [
            min(source.mask.roi.shape[axis] for source in plan.sources) // voxel_size[axis]
            for axis in range(voxel_size.dims)
        ]
        shape = [max(1, min(int(b), s)) for b, s in zip(bounds, smallest, strict=True)]
        return gp.Coordinate(shape) * voxel_size

    def _short_axes(self, source: SampleSource) -> tuple[int, ...]:
        """Axes along which the labels have no room for a patch that lies another way."""
        extents, sizes, bounds = source.mask.roi.shape, source.mask.voxel_size, self._bounds()
        return tuple(
            axis
            for axis, (extent, size) in enumerate(zip(extents, sizes, strict=True))
            if extent < max(b for b, s in zip(bounds, sizes, strict=True) if s == size)
        )

    def _build(self) -> gp.Pipeline:
        plan, keys = self.plan, self.keys
        branches = tuple(self._branch(source) for source in plan.sources)
        weights = [source.weight for source in plan.sources]
        merged = branches + gp.RandomProvider(weights, random_provider_key=keys.source)
        merged += DaCapoTargetFilter(plan.predictor, keys.gt, keys.target, keys.weight, keys.mask)
        return self._seen("target", merged)

    def _seen(self, stage: str, part: gp.Pipeline) -> gp.Pipeline:
        """The pipeline up to the end of a stage, for those who look at stages."""
        return part

    def _volumes(self, source: SampleSource) -> gp.Pipeline:
        """Raw, labels and mask of a source, without end; raw is mirrored beyond its border."""
        plan, keys = self.plan, self.keys
        raw = DaCapoArraySource(source.raw, keys.raw, interpolatable=True)
        crop = gp.Crop(keys.raw, self._clipped(source)) if plan.clip_raw else None
        sources: list[Any] = [
            raw + crop if crop is not None else raw,
            DaCapoArraySource(source.gt, keys.gt, interpolatable=False),
            DaCapoArraySource(source.mask, keys.mask, interpolatable=False),
        ]
        branch = self._seen("source", tuple(sources) + gp.MergeProvider())
        branch += CopyMask(keys.mask, keys.bounds, drop_channels=True)
        branch += gp.Pad(keys.raw, None, mode="reflect")
        branch += gp.Pad(keys.gt, None)
        branch += gp.Pad(keys.mask, None)
        return self._seen("padding", branch)

    def _branch(self, source: SampleSource) -> gp.Pipeline:
        plan, keys = self.plan, self.keys
        branch = self._volumes(source) + self._location(source)
        branch += RejectPatch(
            keys.mask,
            keys.gt,
            plan.min_masked,
            plan.min_foreground,
            self._margin(source),
            most_labelled=prod(source.mask.grid.shape),
        )
        branch += PatchPlace(keys.raw, keys.location, plan.input_size)
        branch = self._seen("location", branch) + SeedSlot(0)
        for number, augment in enumerate(plan.augments, 1):
            if augment.enabled:
                stage = f"{number} {augment.tag}"
                branch = self._seen(stage, branch + self._augment(augment, source))
            branch += SeedSlot(number)
        return branch

    def _augment(self, augment: AugmentConfig, source: SampleSource) -> gp.BatchFilter:
        keys = self.keys
        node = augment.node(keys.raw, keys.gt, keys.mask)
        if isinstance(node, VoxelMover):
            node.fixed_axes = _fixed_axes(source)
        if isinstance(node, IsotropicSimpleAugment):
            node.short_axes = self._short_axes(source)
        return node

    def _clipped(self, source: SampleSource) -> gp.Roi:
        roi = source.gt.roi.snap_to_grid(source.raw.voxel_size, "grow")
        return roi.intersect(source.raw.roi)

    def _margin(self, source: SampleSource) -> gp.Coordinate:
        return self.plan.predictor.padding(source.gt.voxel_size)

    def _location(self, source: SampleSource) -> gp.RandomLocation:
        plan, keys = self.plan, self.keys
        places: Places
        if source.points:
            places = PlacesAroundPoints(source.points)
        elif plan.from_table:
            region = source.gt.roi.intersect(source.raw.roi)
            places = LabelledPlaces(
                source.mask, plan.min_masked, region, self._margin(source), plan.table_downsample
            )
        else:
            return gp.RandomLocation(random_shift_key=keys.location)
        return PlacedLocation(places, keys.mask, keys.bounds, keys.location)


def _fixed_axes(source: SampleSource) -> tuple[int, ...]:
    """Axes along which no voxel may move; what leaves a single slice is nowhere."""
    axes = zip(source.raw.spatial_axes, source.raw.grid.shape, strict=True)
    return tuple(number for number, (axis, n) in enumerate(axes) if axis in "st" or n == 1)


def _original(error: BaseException) -> DacapoError:
    """What went wrong in a node, without gunpowder's account of the whole pipeline."""
    cause: BaseException | None = error
    innermost = error
    while cause is not None:
        if isinstance(cause, DacapoError):
            return cause
        innermost = cause
        cause = cause.__cause__ or cause.__context__
    if isinstance(innermost, MemoryError):
        return OutOfMemoryError(
            "The memory of this computer is not enough to make a sample.",
            hint="Use fewer data workers or a smaller patch.",
        )
    if isinstance(innermost, OSError):
        return DataError(f"A volume cannot be read: {innermost}.")
    # gunpowder goes on for a page about every region that was asked for.
    words = (str(innermost).strip().splitlines() or [""])[0]
    return TrainingError(f"A sample could not be made: {type(innermost).__name__}: {words}")
