"""Where samples lie: strategies, and what bounds them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gunpowder as gp
import numpy as np
import pytest

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets import RawGTDataset
from dacapo_engine.experiments.trainers import GunpowderTrainerConfig
from dacapo_engine.experiments.trainers.gp_augments import ElasticAugmentConfig, SimpleAugmentConfig
from dacapo_engine.experiments.trainers.sample_pipeline import Sample, SamplePipeline
from dacapo_engine.experiments.trainers.sample_plan import SamplePlan
from dacapo_engine.experiments.trainers.sample_planning import plan_samples
from dacapo_engine.gp.labelled_places import LabelledPlaces

Make = Callable[..., Any]
SHAPE = (30, 40, 50)


def samples_of(plan: SamplePlan, count: int) -> list[Sample]:
    pipeline = SamplePipeline(plan)
    try:
        return [pipeline.sample(index) for index in range(count)]
    finally:
        pipeline.close()


@pytest.fixture
def slices(on_grid: Make, plan_of: Make) -> SamplePlan:
    """Everything is one object, of which three slices are labelled."""
    where = np.zeros(SHAPE, bool)
    where[[4, 15, 26], 10:30, 10:30] = True
    ones = np.ones(SHAPE, np.uint32)
    plan: SamplePlan = plan_of(
        on_grid(ones.astype(np.float32)), on_grid(ones), (4, 8, 8), mask=on_grid(where),
        min_masked=0.19,
    )  # fmt: skip
    return plan


@pytest.mark.parametrize("augments", [(), (SimpleAugmentConfig(), ElasticAugmentConfig())],
                         ids=["plain", "augmented"])  # fmt: skip
def test_the_table_finds_rare_labels(slices: SamplePlan, augments: Any) -> None:
    augments = tuple(augment.in_world(1) for augment in augments)
    share = 0.19 if not augments else 0.02
    plan = replace(slices, augments=augments, from_table=True, min_masked=share)
    found = samples_of(plan, 48 if augments else 12)
    labelled = [(sample.mask > 0).mean() for sample in found]
    if augments:
        # A corner that is turned away may have held the labels.
        assert np.count_nonzero(labelled) >= 30
    else:
        assert labelled == [0.25] * 12
    assert len({tuple(sample.location) for sample in found}) > 6


def test_a_coarse_table_is_checked_by_the_patch_itself(
    slices: SamplePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LabelledPlaces.__init__, "__defaults__", (None, None, 4, 100))
    plan = replace(slices, from_table=True, min_masked=0.1)
    assert all((sample.mask > 0).mean() > 0 for sample in samples_of(plan, 10))


def test_where_no_place_is_good_enough(slices: SamplePlan) -> None:
    with pytest.raises(DataError, match="No patch of 5 x 9 x 9 voxels is labelled by 60%"):
        samples_of(replace(slices, from_table=True, min_masked=0.6), 1)


@pytest.mark.parametrize("cell", [1, 3])
def test_places_against_a_loop(on_grid: Make, rng: np.random.Generator, cell: int) -> None:
    """Oracle: the share of labelled voxels at every position, counted voxel by voxel."""
    shape, window = (9, 12, 6), (3, 3, 3)
    values = rng.random(shape) < 0.3
    # Coarse cells are exact where windows lie on them.
    mask = on_grid(np.kron(values, np.ones((cell,) * 3)).astype(np.uint8), (4, 4, 4))
    extent = np.array(window) * cell
    padded = np.pad(mask.data > 0, [(n, n) for n in extent])
    places = LabelledPlaces(mask, 0.4, downsample=cell, most_cells=1)
    good = set()
    for begin in itertools.product(*(range(1, a + b) for a, b in zip(shape, window, strict=True))):
        box = tuple(slice(b * cell, b * cell + n) for b, n in zip(begin, extent, strict=True))
        if padded[box].mean() >= 0.4:
            good.add(tuple(b - w for b, w in zip(begin, window, strict=True)))
    step = gp.Coordinate((4 * cell,) * 3)
    roi = gp.Roi((0, 0, 0), gp.Coordinate(extent.tolist()) * 4)
    first, last = places._shifts(roi, step)
    found = places._all_good(roi, step, first, last)
    assert {tuple(shift) for shift in found.tolist()} == good
    drawn = {tuple(places.draw(roi, step, rng) / step) for _ in range(50)}
    assert drawn <= good
    assert len(drawn) > 10


def test_places_begin_where_the_mask_does(on_grid: Make, rng: np.random.Generator) -> None:
    values = np.zeros((1, 8, 8), np.uint8)
    values[0, 5, 2] = 1
    mask = on_grid(values, (8, 8), axes=("c", "y", "x"), offset=(100, 200))
    places = LabelledPlaces(mask, 0.0)
    assert places.draw(gp.Roi((0, 0), (8, 8)), gp.Coordinate(8, 8), rng) == (105 * 8, 202 * 8)


def test_points_lie_in_the_central_voxel(on_grid: Make, plan_of: Make) -> None:
    """With fractional voxel sizes, in which the world counts picometres."""
    sizes = (283.718, 126.786, 126.786)
    raw = np.arange(np.prod(SHAPE), dtype=np.float32).reshape(SHAPE)
    places = [(5, 20, 33), (21, 10, 8), (0, 0, 0), (29, 39, 49)]
    nm = tuple(tuple((n + 0.5) * s for n, s in zip(p, sizes, strict=True)) for p in places)
    dataset = RawGTDataset.from_arrays(
        "points", on_grid(raw, sizes), on_grid(np.ones(SHAPE, np.uint32), sizes)
    )
    dataset._points_nm = nm
    dataset = dataset.with_arrays(dataset.arrays)
    assert dataset.unit == "pm"
    points = tuple(map(tuple, dataset.sample_points or ()))
    plan = plan_of(dataset.raw, dataset.gt, (6, 8, 8), points=points)
    centres = {float(sample.raw[0, 3, 4, 4]) for sample in samples_of(plan, 40)}
    assert centres == {float(raw[place]) for place in places}


def test_points_where_nothing_is_labelled(slices: SamplePlan) -> None:
    (source,) = slices.sources
    plan = replace(slices, sources=(replace(source, points=((10.0, 10.0, 10.0),)),))
    with pytest.raises(DataError, match="None of 200"):
        samples_of(plan, 1)


@pytest.fixture
def planned(dataset: RawGTDataset, model: Any, task: Any) -> Make:
    """The plan of a config over datasets (24 x 28 x 32 voxels of cubes by default)."""

    def plan(datasets: Any = None, **fields: Any) -> SamplePlan:
        config = GunpowderTrainerConfig(**fields)
        return plan_samples(datasets or [dataset], model, task, config, 0)

    return plan


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [("anywhere", (False, 0.15)), (None, (False, 0.15)), ("reject", (False, 1.0)),
     ("integral_mask", (True, 0.15))],
    ids=str,
)  # fmt: skip
def test_strategies_of_the_config(
    planned: Make, strategy: str | None, expected: tuple[bool, float]
) -> None:
    plan = planned(sample_strategy=strategy)
    assert (plan.from_table, plan.min_masked) == expected


def test_reject_takes_patches_that_are_labelled_throughout(planned: Make) -> None:
    plan = planned(sample_strategy="reject")
    assert all((sample.mask > 0).all() for sample in samples_of(plan, 10))


@pytest.mark.parametrize("strategy", ["points", "sample_points"])
def test_points_are_needed_for_points(planned: Make, dataset: RawGTDataset, strategy: str) -> None:
    with pytest.raises(DataError, match="no sample points"):
        planned(sample_strategy=strategy)
    dataset._points_nm = ((96.0, 96.0, 96.0),)
    placed = dataset.with_arrays(dataset.arrays)
    (source,) = planned([placed], sample_strategy=strategy).sources
    assert source.points == ((96, 96, 96),)
    dataset._points_nm = ((960.0, 96.0, 96.0),)
    with pytest.raises(DataError, match=r"sample point \(960, 96, 96\) nm lies outside"):
        planned([dataset.with_arrays(dataset.arrays)])
    assert planned([placed], sample_strategy="anywhere").sources[0].points is not None
    assert planned([placed], sample_strategy="integral_mask").sources[0].points is None


def test_a_weight_of_zero_draws_nothing(planned: Make, dataset: RawGTDataset) -> None:
    other = RawGTDataset.from_arrays("other", dataset.raw, dataset.gt, weight=0)
    plan = planned([dataset, other])
    assert [source.weight for source in plan.sources] == [1, 0]
    with pytest.raises(DataError, match="weight of 0"):
        planned([other])


def test_raw_smaller_than_the_patch_once_clipped(on_grid: Make, plan_of: Make) -> None:
    """Only labelled raw is seen, mirrored where the patch is larger."""
    raw = np.full((40, 40, 40), 9, np.float32)
    raw[18:22, 12:28, 12:28] = 1
    gt = on_grid(np.ones((4, 16, 16), np.uint32), offset=(18, 12, 12))
    plan = plan_of(on_grid(raw), gt, (16, 16, 16), clip_raw=True)
    assert all((sample.raw == 1).all() for sample in samples_of(plan, 5))
    seen = samples_of(replace(plan, clip_raw=False), 5)
    assert all(sample.raw.max() == 9 for sample in seen)
