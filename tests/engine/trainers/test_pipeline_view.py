"""The pipeline in a browser: served to this machine, and the training does not notice."""

from __future__ import annotations

from typing import Any
from urllib.request import urlopen

import pytest
import torch

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.datasplits.datasets import RawGTDataset
from dacapo_engine.experiments.trainers import GunpowderTrainer, GunpowderTrainerConfig
from dacapo_engine.experiments.trainers.gp_augments import NoiseAugmentConfig

pytestmark = pytest.mark.slow


@pytest.fixture
def trainer(dataset: RawGTDataset, model: Any, task: Any) -> GunpowderTrainer:
    config = GunpowderTrainerConfig(num_data_fetchers=0, augments=(NoiseAugmentConfig(),))
    made = GunpowderTrainer(config)
    made.build_batch_provider([dataset], model, task)
    return made


def test_samples_are_shown_beside_a_training(trainer: GunpowderTrainer) -> None:
    with trainer:
        expected = [trainer.next()[0] for _ in range(3)]
        trainer.iteration = 0
        first = trainer.next()[0]
        with trainer.visualize_pipeline() as view:
            assert view.url.startswith("http://127.0.0.1:")
            with urlopen(view.url, timeout=30) as answer:  # noqa: S310
                assert answer.status == 200
            second = trainer.next()[0]
            assert [view.next_batch(), view.next_batch()] == [1, 2]
        third = trainer.next()[0]
    assert all(map(torch.equal, (first, second, third), expected))
    with pytest.raises(OSError, match="refused"):
        urlopen(view.url, timeout=30)  # noqa: S310


def test_an_address_that_is_not_of_this_machine(trainer: GunpowderTrainer) -> None:
    with trainer, pytest.raises(ConfigError, match=r"203\.0\.113\.1"):
        trainer.visualize_pipeline("203.0.113.1", 1)
