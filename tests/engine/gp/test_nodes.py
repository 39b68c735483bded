from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gunpowder as gp
import numpy as np
import pytest
from funlib.geometry import Coordinate, Roi

from dacapo_engine.errors import ConfigError, DataError
from dacapo_engine.gp import (
    CopyMask,
    DaCapoArraySource,
    DaCapoTargetFilter,
    GraphSource,
    IsotropicSimpleAugment,
    Product,
    RejectPatch,
)
from dacapo_engine.gp.seeded_request import SeededRequest, sample_seed

Make = Callable[..., Any]
Run = Callable[..., dict[str, Any]]


def request_of(key: gp.ArrayKey, roi: Roi, seed: int = 1) -> SeededRequest:
    request = SeededRequest(random_seed=seed)
    request[key] = gp.ArraySpec(roi=gp.Roi(roi.begin, roi.shape))
    return request


class TestDaCapoArraySource:
    def test_values_and_spec(self, make_array: Make, rng: np.random.Generator) -> None:
        array = make_array(rng.random((2, 6, 8, 9), dtype=np.float32), (40, 4, 4))
        key = gp.ArrayKey("RAW")
        source = DaCapoArraySource(array, key)
        roi = Roi((80, 8, 4), (120, 16, 20))
        with gp.build(source):
            batch = source.request_batch(request_of(key, roi))
        np.testing.assert_array_equal(batch[key].data, array[roi])
        spec = batch[key].spec
        assert (tuple(spec.voxel_size), spec.interpolatable, spec.dtype) == (
            (40, 4, 4), True, np.float32,
        )  # fmt: skip

    @pytest.mark.parametrize("bad", [np.nan])
    def test_nan_is_a_sentence(self, make_array: Make, bad: float) -> None:
        values = np.zeros((4, 4, 4), np.float32)
        values[2, 2, 2] = bad
        key = gp.ArrayKey("RAW")
        source = DaCapoArraySource(make_array(values, (1, 1, 1)), key)
        with gp.build(source):
            source.request_batch(request_of(key, Roi((0, 0, 0), (2, 2, 2))))
            with pytest.raises(DataError, match="not numbers"):
                source.provide(request_of(key, Roi((1, 1, 1), (2, 2, 2))))

    def test_labels_are_not_interpolated(self, make_array: Make) -> None:
        source = DaCapoArraySource(
            make_array(np.zeros((4, 4), np.uint32), (1, 1)), gp.ArrayKey("GT")
        )
        assert not source.array_spec.interpolatable

    def test_an_empty_request(self, make_array: Make) -> None:
        array = make_array(np.ones((2, 4, 4), np.float32), (1, 1), ("c", "y", "x"))
        source = DaCapoArraySource(array, gp.ArrayKey("RAW"))
        assert source._read(gp.Roi((0, 0), (0, 4))).shape == (2, 0, 4)


def test_product(make_array: Make, rng: np.random.Generator) -> None:
    keys = [gp.ArrayKey(name) for name in ("A", "B", "C")]
    arrays = [make_array(rng.random((5, 6)), (2, 2)) for _ in range(2)]
    sources = tuple(DaCapoArraySource(a, k) for a, k in zip(arrays, keys[:2], strict=True))
    pipeline = sources + gp.MergeProvider() + Product(*keys)
    roi = Roi((2, 4), (6, 8))
    with gp.build(pipeline):
        found = pipeline.request_batch(request_of(keys[2], roi))[keys[2]].data
    np.testing.assert_allclose(found, arrays[0][roi] * arrays[1][roi])


@pytest.mark.parametrize("drop", [True, False])
def test_copy_mask(make_array: Make, rng: np.random.Generator, drop: bool) -> None:
    mask, copy = gp.ArrayKey("MASK"), gp.ArrayKey("COPY")
    array = make_array(rng.integers(0, 2, (3, 4, 5, 6), dtype=np.uint8), (1, 1, 1))
    pipeline = DaCapoArraySource(array, mask) + CopyMask(mask, copy, drop_channels=drop)
    with gp.build(pipeline):
        found = pipeline.request_batch(request_of(copy, array.roi))[copy].data
    np.testing.assert_array_equal(found, array.data.max(axis=0) if drop else array.data)


def test_a_copied_mask_is_another_array(make_array: Make) -> None:
    mask, copy = gp.ArrayKey("MASK"), gp.ArrayKey("COPY")
    array = make_array(np.ones((4, 5, 6), np.uint8), (1, 1, 1))
    pipeline = DaCapoArraySource(array, mask) + CopyMask(mask, copy)
    request = request_of(copy, array.roi)
    request[mask] = request[copy].copy()
    with gp.build(pipeline):
        batch = pipeline.request_batch(request)
    batch[copy].data[:] = 0
    batch[copy].spec.roi.offset = (9, 9, 9)
    assert batch[mask].data.all()
    assert tuple(batch[mask].spec.roi.offset) == (0, 0, 0)


def test_graph_source_gives_copies_of_the_nodes_inside() -> None:
    key = gp.GraphKey("POINTS")
    nodes = [gp.Node(id=n, location=np.array([n, n, n], float)) for n in range(10)]
    graph = gp.Graph(nodes, [], gp.GraphSpec(roi=gp.Roi((0, 0, 0), (10, 10, 10))))
    source = GraphSource(key, graph)
    request = gp.BatchRequest()
    request[key] = gp.GraphSpec(roi=gp.Roi((2, 2, 2), (4, 4, 4)))
    with gp.build(source):
        found = source.request_batch(request)[key]
        assert sorted(node.id for node in found.nodes) == [2, 3, 4, 5]
        for node in found.nodes:
            node.location[:] = 0
        again = source.request_batch(request)[key]
    assert sorted(node.location[0] for node in again.nodes) == [2, 3, 4, 5]


class _Counting(gp.BatchFilter):
    """Counts requests, and lets every so manyth patch be labelled."""

    def __init__(self, mask: gp.ArrayKey, gt: gp.ArrayKey, labelled_at: int) -> None:
        self.keys, self.labelled_at, self.asked = (mask, gt), labelled_at, 0
        self.seeds: set[int] = set()

    def setup(self) -> None:
        for key in self.keys:
            self.updates(key, self.spec[key])

    def process(self, batch: gp.Batch, request: gp.BatchRequest) -> None:
        self.asked += 1
        self.seeds.add(request.random_seed)
        for key in self.keys:
            batch[key].data = np.full_like(batch[key].data, self.asked >= self.labelled_at)


@pytest.mark.parametrize(("labelled_at", "tries"), [(1, 1), (30, 30), (10**6, 200)])
def test_reject_patch_draws_again_and_gives_up(
    make_array: Make, labelled_at: int, tries: int
) -> None:
    mask, gt = gp.ArrayKey("MASK"), gp.ArrayKey("GT")
    array = make_array(np.zeros((4, 4, 4), np.uint8), (1, 1, 1))
    counting = _Counting(mask, gt, labelled_at)
    reject = RejectPatch(mask, gt, min_masked=0.15, min_foreground=0.2)
    pipeline = tuple(DaCapoArraySource(array, key) for key in (mask, gt)) + gp.MergeProvider()
    pipeline = pipeline + counting + reject
    request = request_of(mask, array.roi)
    request[gt] = request[mask].copy()
    with gp.build(pipeline):
        if tries < 200:
            pipeline.request_batch(request)
        else:
            with pytest.raises(DataError, match="None of 200 random patches was labelled by 15%"):
                reject.provide(request)
    assert counting.asked == tries
    assert len(counting.seeds) == tries


@pytest.mark.parametrize(
    ("labelled", "objects", "min_masked", "min_foreground", "accepted"),
    [
        (0, 0, 0.0, None, False),
        (10, 0, 0.1, None, True),
        (9, 9, 0.1, None, False),
        (50, 10, 0.1, 0.2, True),
        (50, 9, 0.1, 0.2, False),
        (1, 0, 0.0, 0.0, True),
    ],
)
def test_reject_patch_counts_shares(
    labelled: int, objects: int, min_masked: float, min_foreground: float | None, accepted: bool
) -> None:
    mask, gt = gp.ArrayKey("MASK"), gp.ArrayKey("GT")
    values = np.zeros((2, 100), np.uint64)
    values[0, :labelled] = 1
    values[1, :objects] = 10**6
    # Objects outside of what is labelled do not count, whatever their ids are.
    values[1, 90:] = 77
    batch = gp.Batch()
    spec = gp.ArraySpec(roi=gp.Roi((0,), (100,)), voxel_size=gp.Coordinate(1))
    batch[mask], batch[gt] = (gp.Array(v, spec) for v in values)
    assert RejectPatch(mask, gt, min_masked, min_foreground)._accepts(batch) is accepted


def test_reject_patch_asks_for_no_more_than_labels_have() -> None:
    mask, gt = gp.ArrayKey("MASK"), gp.ArrayKey("GT")
    spec = gp.ArraySpec(roi=gp.Roi((0,), (100,)), voxel_size=gp.Coordinate(1))
    batch = gp.Batch()
    batch[mask] = batch[gt] = gp.Array(np.arange(100) < 10, spec)
    assert not RejectPatch(mask, gt, 0.15)._accepts(batch)
    assert RejectPatch(mask, gt, 0.15, most_labelled=10)._accepts(batch)
    assert not RejectPatch(mask, gt, 0.15, most_labelled=80)._accepts(batch)


class TestIsotropicSimpleAugment:
    @pytest.mark.parametrize(
        ("sizes", "fixed", "may_swap"),
        [
            ((8, 8, 8), (), {0, 1, 2}),
            ((40, 8, 8), (), {1, 2}),
            ((40, 8, 4), (), set()),
            ((1, 1, 1), (0,), {1, 2}),
            ((8, 8), (), {0, 1}),
        ],
    )
    def test_axes_that_swap(
        self, passed_through: Run, make_array: Make, sizes: Any, fixed: Any, may_swap: set[int]
    ) -> None:
        dims = len(sizes)
        shape = (5,) * dims
        places = np.stack(np.meshgrid(*[np.arange(5.0)] * dims, indexing="ij")).astype(np.float32)
        array = make_array(places, sizes, ("c", "z", "y", "x")[:1] + ("z", "y", "x")[-dims:])

        def node(key: gp.ArrayKey) -> IsotropicSimpleAugment:
            made = IsotropicSimpleAugment(key)
            made.fixed_axes = fixed
            return made

        swapped, mirrored = set(), set()
        for seed in range(40):
            found = passed_through(node, array, seed=seed)["raw"]
            assert found.shape == (dims, *shape)
            for axis in range(dims):
                steps = np.diff(found[axis], axis=axis)
                if (steps == 0).all():
                    swapped.add(axis)
                elif (steps == -1).all():
                    mirrored.add(axis)
        assert swapped == may_swap
        assert mirrored == set(range(dims))

    def test_probability(self, passed_through: Run, make_array: Make) -> None:
        array = make_array(np.arange(64, dtype=np.float32).reshape(4, 4, 4), (1, 1, 1))
        for seed in range(10):
            found = passed_through(lambda k: IsotropicSimpleAugment(k, p=0.0), array, seed=seed)
            np.testing.assert_array_equal(found["raw"], array.data)


def test_a_target_filter_needs_something_to_make() -> None:
    with pytest.raises(ConfigError, match="target key or a weights key"):
        DaCapoTargetFilter(predictor=None, gt_key=gp.ArrayKey("GT"))  # type: ignore[arg-type]


class TestSeededRequest:
    def test_seeds_stay_apart_however_long_the_pipeline_is(self) -> None:
        seeds = set()
        for sample in range(2000):
            request = SeededRequest(random_seed=sample_seed(7, sample))
            for _ in range(40):
                request = request.copy()
                request._update_random_seed()
            seeds.add(request.random_seed)
        assert len(seeds) >= 1990

    def test_the_seed_is_a_function_of_run_sample_and_version(self) -> None:
        seeds = [
            sample_seed(run, sample, version)
            for run in range(5)
            for sample in range(50)
            for version in range(3)
        ]
        assert len(set(seeds)) == len(seeds)
        assert seeds[0] == sample_seed(0, 0, 0)
        assert all(0 <= seed < 2**32 for seed in seeds)
        assert sample_seed(0, 10**12) != sample_seed(0, 10**12 + 1)

    def test_a_copy_shares_nothing(self) -> None:
        key, graph = gp.ArrayKey("RAW"), gp.GraphKey("POINTS")
        request = SeededRequest(random_seed=3)
        request.add(key, Coordinate(4, 4))
        request[graph] = gp.GraphSpec(roi=gp.Roi((0, 0), (4, 4)))
        copied = request.copy()
        copied[key].roi.offset = (9, 9)
        copied[graph].roi.offset = (9, 9)
        assert request[key].roi.offset == request[graph].roi.offset == (0, 0)
        assert copied.random_seed != request.random_seed
