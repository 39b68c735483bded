from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import torch

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.trainers.gp_augments import NoiseAugmentConfig, SimpleAugmentConfig
from dacapo_engine.experiments.trainers.sample_loader import (
    SampleBatch,
    SampleLoader,
)
from dacapo_engine.experiments.trainers.sample_plan import SamplePlan
from dacapo_engine.hidden_main import hidden_main

Make = Callable[..., Any]


@pytest.fixture
def plan(on_grid: Make, plan_of: Make, cubes: Make) -> SamplePlan:
    raw, labels = cubes(20, 22, 24)
    augments = (SimpleAugmentConfig(), NoiseAugmentConfig())
    return plan_of(on_grid(raw), on_grid(labels), (12, 12, 12), augments, seed=4)


@contextmanager
def loader_of(plan: SamplePlan, *arguments: Any) -> Iterator[SampleLoader]:
    loader = SampleLoader(plan, *arguments)
    try:
        yield loader
    finally:
        loader.close()


def same(one: SampleBatch, two: SampleBatch) -> bool:
    names = ("raw", "gt", "target", "weight", "mask", "location")
    return all(torch.equal(getattr(one, name), getattr(two, name)) for name in names)


def test_batches_do_not_depend_on_workers_or_restarts(plan: SamplePlan) -> None:
    with loader_of(plan, 2, 0) as loader:
        expected = [loader.next() for _ in range(5)]
        loader.restart(3)
        assert same(loader.next(), expected[3])
        loader.restart(1)
        assert same(loader.next(), expected[1])
    assert expected[0].raw.shape == (2, 1, 12, 12, 12)
    assert expected[0].target.shape == expected[0].weight.shape == (2, 3, 12, 12, 12)
    assert expected[0].gt.shape == expected[0].mask.shape == (2, 12, 12, 12)
    assert not torch.equal(expected[0].raw[0], expected[0].raw[1])
    for workers in (1, 4):
        with loader_of(plan, 2, workers) as loader:
            assert all(same(loader.next(), batch) for batch in expected)
            loader.restart(2)
            assert same(loader.next(), expected[2])
            assert same(loader.next(), expected[3])


def test_samples_are_numbered_through_all_batches(plan: SamplePlan) -> None:
    with loader_of(plan, 1, 0) as loader:
        single = [loader.next().raw[0] for _ in range(6)]
    with loader_of(plan, 3, 0) as loader:
        batches = [loader.next().raw for _ in range(2)]
    assert torch.equal(torch.stack(single), torch.cat(batches))


def test_the_version_of_the_labels_is_part_of_a_sample(plan: SamplePlan) -> None:
    version = 0
    with loader_of(plan, 1, 0, lambda: version) as loader:
        first = loader.next()
        version = 1
        second = loader.next()
        loader.restart(0)
        again = loader.next()
    assert (first.label_version, second.label_version, again.label_version) == (0, 1, 1)
    assert not same(first, again)


@pytest.mark.parametrize("workers", [0, 1])
def test_an_error_of_a_sample_arrives_as_it_was(on_grid: Make, plan_of: Make, workers: int) -> None:
    raw = np.full((12, 12, 12), np.nan, np.float32)
    plan = plan_of(on_grid(raw), on_grid(np.ones(raw.shape, np.uint32)), (12, 12, 12))
    with loader_of(plan, 1, workers) as loader, pytest.raises(DataError) as caught:
        loader.next()
    assert "not numbers" in caught.value.message
    assert caught.value.hint


def test_what_a_script_defines_is_prepared_without_workers(
    plan: SamplePlan, caplog: pytest.LogCaptureFixture
) -> None:
    predictor = type("Mine", (type(plan.predictor),), {"__module__": "__main__"})
    sys.modules["__main__"].Mine = predictor  # type: ignore[attr-defined]
    try:
        fields = {name: getattr(plan, name) for name in plan.__dataclass_fields__}
        mine = SamplePlan(**(fields | {"predictor": predictor(plan.predictor.neighborhood)}))
        with loader_of(mine, 1, 2) as loader:
            loader.next()
            assert loader._loader.num_workers == 0
    finally:
        del sys.modules["__main__"].Mine  # type: ignore[attr-defined]
    assert "prepared without workers" in caplog.text


def test_the_running_script_is_hidden_only_for_a_while() -> None:
    main = sys.modules["__main__"]
    before = {name: getattr(main, name, None) for name in ("__file__", "__spec__")}
    with hidden_main():
        assert main.__spec__ is None
        assert not hasattr(main, "__file__")
    assert {name: getattr(main, name, None) for name in before} == before


def test_ids_of_any_integer_type_arrive(on_grid: Make, plan_of: Make) -> None:
    for kind in (np.uint8, np.uint16, np.uint32, np.uint64, np.int64):
        labels = np.full((12, 12, 12), 200, kind)
        plan = plan_of(on_grid(np.ones(labels.shape, np.float32)), on_grid(labels), (8, 8, 8))
        with loader_of(plan, 1, 0) as loader:
            batch = loader.next()
        assert int(batch.gt.max()) == 200
