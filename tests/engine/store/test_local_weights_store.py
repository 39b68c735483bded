"""Weights in the run folder: where they lie, what comes back, and what is best."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from dacapo_engine.errors import NotFoundError
from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits import TrainValidateDataSplitConfig
from dacapo_engine.experiments.datasplits.datasets import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import ZarrArrayConfig
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks import AffinitiesTaskConfig
from dacapo_engine.experiments.trainers import GunpowderTrainerConfig
from dacapo_engine.store.local_weights_store import LocalWeightsStore
from dacapo_engine.store.weights_store import Weights, WeightsStore


def make_run(**fields: Any) -> Run:
    """A run over volumes that are not there: nothing here reads them."""
    nowhere = ZarrArrayConfig(file_name=Path("nowhere.zarr"), dataset="raw")
    dataset = RawGTDatasetConfig(name="held", raw_config=nowhere, gt_config=nowhere)
    network = CNNectomeUNetConfig(
        input_shape=(16, 16), num_fmaps=2, fmap_inc_factor=2, fmaps_out=2,
        downsample_factors=((2, 2),), padding="same",
    )  # fmt: skip
    described: dict[str, Any] = {
        "name": "try",
        "task_config": AffinitiesTaskConfig(neighborhood=((0, 1), (1, 0))),
        "architecture_config": network,
        "trainer_config": GunpowderTrainerConfig(optimizer="adamw", warmup_iterations=7),
        "datasplit_config": TrainValidateDataSplitConfig(
            train_configs=(dataset,), validate_configs=()
        ),
    }
    return Run(RunConfig(**(described | fields)))


def step(run: Run) -> None:
    run.model.train()
    run.model(torch.rand(1, 1, 16, 16)).sum().backward()
    run.optimizer.step()
    run.trainer.scheduler.step()  # type: ignore[attr-defined]
    run.trainer.average.update()  # type: ignore[attr-defined]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalWeightsStore]:
    state = torch.get_rng_state()
    yield LocalWeightsStore(tmp_path)
    torch.set_rng_state(state)


def test_a_run_opens_no_volume_until_it_is_asked_for() -> None:
    run = make_run()
    with pytest.raises(NotFoundError, match=r"nowhere\.zarr"):
        _ = run.datasplit


def test_everything_that_was_stored_comes_back(store: LocalWeightsStore) -> None:
    run = make_run()
    assert store.latest_iteration("try") is None
    for iteration in (1, 2):
        step(run)
        store.store_weights(run, iteration)
    expected = {name: value.clone() for name, value in run.model.state_dict().items()}
    rate = run.optimizer.param_groups[0]["lr"]
    step(run)
    assert store.latest_iteration("try") == 2

    other = make_run(seed=5)
    store.load_weights(other, 2)
    for name, value in other.model.state_dict().items():
        assert torch.equal(value, expected[name]), name
    assert other.optimizer.param_groups[0]["lr"] == rate
    steps = {int(state["step"]) for state in other.optimizer.state.values()}
    assert steps == {2}
    assert not torch.equal(next(run.model.parameters()), next(other.model.parameters()))


def test_weights_can_be_removed(store: LocalWeightsStore) -> None:
    run = make_run()
    for iteration in (3, 20):
        store.store_weights(run, iteration)
    store.remove("try", 20)
    assert store.iterations("try") == [3]
    with pytest.raises(FileNotFoundError, match=r"no weights of iteration 20\. Stored are 3"):
        store.retrieve_weights("try", 20)


def test_what_is_best_is_found_where_it_was_stored(store: LocalWeightsStore) -> None:
    """By dataset and criterion, never the one for the other."""
    run = make_run()
    step(run)
    store.store_weights(run, 4)
    first = next(run.model.parameters()).detach().clone()
    step(run)
    store.store_weights(run, 8)
    store.store_best("try", 4, "held", "voi", {"id": 1}, 0.5)
    store.store_best("try", 8, "voi", "held", {"id": 2}, 0.25)
    assert store.retrieve_best("try", "held", "voi") == 4
    assert store.retrieve_best("try", "voi", "held") == 8
    assert store.best_record("try", "held", "voi")["parameters"] == {"id": 1}
    with pytest.raises(NotFoundError, match="not yet scored on 'held' by 'ap50'"):
        store.retrieve_best("try", "held", "ap50")
    store.load_best(run, "held", "voi")
    assert torch.equal(next(run.model.parameters()), first)


def test_the_state_of_the_optimizer_moves(store: LocalWeightsStore) -> None:
    run = make_run()
    step(run)
    run.move_optimizer(torch.device("meta"))
    for state in run.optimizer.state.values():
        assert state["exp_avg"].device.type == "meta"
        assert state["step"].device.type == "cpu"


def test_a_store_of_ones_own_needs_every_method() -> None:
    with pytest.raises(TypeError, match="abstract"):
        WeightsStore()  # type: ignore[abstract]
    weights = Weights({"a": 1}, {"b": 2})
    assert (weights.model, weights.optimizer) == ({"a": 1}, {"b": 2})
