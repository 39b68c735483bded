"""Predictions stored as integers are read as what they were."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.tasks import (
    AffinitiesTaskConfig,
    DistanceTaskConfig,
    HotDistanceTaskConfig,
    OneHotTaskConfig,
    TaskConfig,
)
from dacapo_engine.experiments.tasks.post_processors import ThresholdPostProcessor
from dacapo_engine.experiments.tasks.post_processors.prediction_values import (
    as_type,
    first_channels,
)

TASKS = {
    "affinities": AffinitiesTaskConfig(neighborhood=((0, 1), (1, 0))),
    "descriptors": AffinitiesTaskConfig(neighborhood=((0, 1), (1, 0)), lsds=True),
    "distance": DistanceTaskConfig(channels=("a", "b")),
    "distance of objects": DistanceTaskConfig(instances=True),
    "hot distance": HotDistanceTaskConfig(channels=("a", "b")),
    "one hot": OneHotTaskConfig(classes=("background", "a", "b")),
}


def task_of(config: TaskConfig) -> Any:
    return config.task_type(config)


@pytest.mark.parametrize("config", TASKS.values(), ids=TASKS)
def test_each_channel_stays_within_its_range(config: TaskConfig) -> None:
    network = CNNectomeUNetConfig(
        input_shape=(16, 16), num_fmaps=2, fmap_inc_factor=1, fmaps_out=2,
        downsample_factors=((2, 2),), padding="same",
    )  # fmt: skip
    task = task_of(config)
    model = task.create_model(network.architecture_type(network)).eval()
    activation = model.eval_activation
    logits = torch.linspace(-30, 30, 61).expand(1, model.num_out_channels, 61)
    with torch.no_grad():
        found = activation(logits.clone()[..., None])[0].flatten(1)
    lowest = torch.tensor(task.predictor.lowest_values)
    assert len(lowest) == model.num_out_channels
    assert bool((found >= lowest[:, None]).all())
    assert bool((found <= 1).all())
    if not isinstance(config, OneHotTaskConfig):
        torch.testing.assert_close(found.amin(dim=1), lowest, atol=1e-4, rtol=0)


@pytest.mark.parametrize("config", TASKS.values(), ids=TASKS)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
def test_what_was_stored_is_read_as_it_was(
    config: TaskConfig, dtype: Any, rng: np.random.Generator
) -> None:
    task = task_of(config)
    lowest = np.array(task.predictor.lowest_values)
    values = rng.uniform(lowest[:, None, None], 1, (len(lowest), 9, 8)).astype(np.float32)
    stored = as_type(values, np.dtype(dtype), task.predictor.lowest_values)
    assert stored.dtype == dtype
    post = task.post_processor
    if isinstance(post, ThresholdPostProcessor):
        one, two = post.memberships(stored), post.memberships(values)
    else:
        one, two = (
            first_channels(each, len(lowest), lowest=float(lowest[0])) for each in (stored, values)
        )
    np.testing.assert_allclose(one, two, atol=1.01 / 255)


def test_what_lies_beyond_the_range_is_clipped() -> None:
    values = np.array([[-2.0, -1.0, 0.0, 1.0, 2.0]])
    found = as_type(values, np.dtype(np.uint8), (-1.0,))
    assert found.tolist() == [[0, 0, 128, 255, 255]]
    found = as_type(values, np.dtype(np.uint8), (0.0,))
    assert found.tolist() == [[0, 0, 0, 255, 255]]
