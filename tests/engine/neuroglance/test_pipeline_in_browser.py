"""The pipeline in a real browser: every node, the next sample, and nobody else gets in."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import numpy as np
import pytest

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits.datasets import RawGTDataset
from dacapo_engine.experiments.datasplits.datasets.arrays import NumpyArray, VoxelGrid
from dacapo_engine.experiments.tasks import AffinitiesTaskConfig
from dacapo_engine.experiments.trainers import GunpowderTrainer, GunpowderTrainerConfig
from dacapo_engine.experiments.trainers.gp_augments import NoiseAugmentConfig, SimpleAugmentConfig
from dacapo_engine.experiments.trainers.pipeline_view import PipelineView
from tests.engine.neuroglance.conftest import Page

pytestmark = pytest.mark.slow
Look = Callable[[str], Page]


def cubes() -> RawGTDataset:
    labels = np.zeros((30, 36, 40), np.uint32)
    for number, start in enumerate(range(1, 34, 8), 1):
        labels[4:26, 3:33, start : start + 6] = number
    raw = np.random.default_rng(0).normal(0.2, 0.05, labels.shape) + 0.6 * (labels > 0)
    grid = VoxelGrid.from_nanometres(labels.shape, (16, 8, 8), (160, 0, 80))
    arrays = (
        NumpyArray.from_grid(values, grid, ("z", "y", "x"), name=name)
        for name, values in (("raw", raw.astype(np.float32)), ("labels", labels))
    )
    return RawGTDataset.from_arrays("cubes", *arrays)


@pytest.fixture(scope="module")
def trainer() -> Iterator[GunpowderTrainer]:
    """Raw of 20 voxels, of which 16 have a target."""
    network = CNNectomeUNetConfig(
        input_shape=(12, 20, 20), num_fmaps=2, fmap_inc_factor=1, fmaps_out=2,
        downsample_factors=(), kernel_size_down=((( 3, 3, 3), (3, 3, 3)),), kernel_size_up=(),
        padding="valid",
    )  # fmt: skip
    task = AffinitiesTaskConfig(neighborhood=((1, 0, 0), (0, 1, 0), (0, 0, 1)))
    made = task.task_type(task)
    model = made.create_model(network.architecture_type(network))
    config = GunpowderTrainerConfig(
        num_data_fetchers=0, batch_size=2, augments=(SimpleAugmentConfig(), NoiseAugmentConfig())
    )
    trainer = GunpowderTrainer(config)
    trainer.build_batch_provider([cubes()], model, made)
    with trainer:
        yield trainer


@pytest.fixture(scope="module")
def view(trainer: GunpowderTrainer) -> Iterator[PipelineView]:
    with trainer.visualize_pipeline(seed=7) as opened:
        yield opened


STAGES = ("source", "padding", "location", "1 simple", "2 noise", "target", "stack")


def test_every_node_has_its_layers(view: PipelineView, look: Look) -> None:
    page = look(view.url)
    names = [layer["name"] for layer in page.state()["layers"]]
    for stage in STAGES:
        assert {f"{stage}: raw", f"{stage}: labels", f"{stage}: mask"} <= set(names)
    assert {"target: target", "target: weight"} <= set(names)
    assert page.shown() == ["stack: raw", "stack: labels", "place of the sample"]
    page.press("n")
    page.wait(lambda: page.shown()[0] == "source: raw")
    page.press("n", shift=True)
    page.wait(lambda: page.shown()[0] == "stack: raw")


def test_target_lies_in_raw(view: PipelineView, look: Look) -> None:
    layers = {layer["name"]: layer for layer in look(view.url).state()["layers"]}
    begins = {
        name: [row[-1] for row in layers[name]["source"]["transform"]["matrix"]][-3:]
        for name in ("target: raw", "target: target")
    }
    np.testing.assert_allclose(np.subtract(begins["target: target"], begins["target: raw"]), 2)
    sizes = layers["target: raw"]["source"]["transform"]["outputDimensions"]
    assert [sizes[axis][0] for axis in "zyx"] == pytest.approx([16e-9, 8e-9, 8e-9])


def test_t_shows_the_next_sample(view: PipelineView, look: Look) -> None:
    page = look(view.url)
    view.show_sample(4)
    page.wait(lambda: "sample 4" in page.words())
    before = page.state()
    page.press("t")
    page.wait(lambda: "sample 5" in page.words())
    after = page.state()
    assert before["position"] != after["position"]
    assert before["layers"][0]["source"]["url"] != after["layers"][0]["source"]["url"]
    assert view.next_batch() == 6


def test_there_is_something_to_see(view: PipelineView, look: Look) -> None:
    page = look(view.url)
    page.wait(lambda: page.colours() > 500)


def answer_of(address: str, port: int, path: str) -> int:
    connection = HTTPConnection(address, port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_only_who_knows_the_address_gets_in(view: PipelineView) -> None:
    address = urlsplit(view.url)
    token, port = address.path.split("/")[2], address.port
    assert port is not None
    assert len(token) >= 32
    assert answer_of("127.0.0.1", port, f"/v/{token}/") == 200
    guess = token[::-1]
    for path in (f"/events/{guess}", f"/neuroglancer/info/{guess}.0", f"/v/{guess}/state"):
        assert answer_of("127.0.0.1", port, path) in {403, 404}, path
    # Another address of this machine is not the one that was bound.
    with pytest.raises(ConnectionError):
        answer_of("127.0.0.2", port, f"/v/{token}/")


def test_a_port_that_is_taken(trainer: GunpowderTrainer) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=f"127.0.0.1:{port}.*[Tt]ake another port"):
            trainer.visualize_pipeline(bind_port=port)


def test_all_interfaces_are_warned_of(
    trainer: GunpowderTrainer, caplog: pytest.LogCaptureFixture
) -> None:
    everywhere = "0.0.0.0"  # noqa: S104
    with (
        caplog.at_level(logging.WARNING),
        trainer.visualize_pipeline(everywhere) as open_to_all,
    ):
        assert everywhere in caplog.text
        assert open_to_all.url.startswith("http://")
