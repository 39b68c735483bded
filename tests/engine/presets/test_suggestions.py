"""Defaults from what was measured: always a run that can be built, whatever the volume."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dacapo_engine.devices import choose_device, list_devices
from dacapo_engine.errors import ConfigError, DeviceError
from dacapo_engine.experiments.architectures.unet_sizes import check_input_shape
from dacapo_engine.experiments.datasplits.datasets import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import ZarrArrayConfig
from dacapo_engine.experiments.datasplits.datasets.volume_facts import measure_volume
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.graphics_cards import graphics_cards
from dacapo_engine.setup.holdout import choose_holdout
from dacapo_engine.setup.presets import PRESETS, LabelledVolume, suggest_run
from dacapo_engine.yaml_file import from_yaml, to_yaml

Values = np.ndarray[Any, Any]


def suggested(shape: tuple[int, ...], axes: str, sizes: tuple[float, ...], **options: Any) -> Any:
    raw = np.random.default_rng(0).random(shape, dtype=np.float32)
    spatial = tuple(n for n, axis in zip(shape, axes, strict=True) if axis != "c")
    labels = np.zeros(spatial, np.uint32)
    labels[(..., slice(1, -1))] = 1
    labels[(..., slice(spatial[-1] // 2, None))] *= 2
    facts = measure_volume(raw, labels, axes=tuple(axes), voxel_size_nm=sizes)
    array = ZarrArrayConfig(file_name="v.zarr", dataset="raw")
    dataset = RawGTDatasetConfig(raw_config=array, gt_config=array)
    return facts, suggest_run([LabelledVolume(dataset, facts)], **options)


@pytest.mark.parametrize("preset", list(PRESETS))
@pytest.mark.parametrize(
    ("shape", "axes", "sizes"),
    [
        ((64, 64, 64), "zyx", (8, 8, 8)),
        ((40, 100, 120), "zyx", (283.718, 126.786, 126.786)),
        ((20, 200, 200), "zyx", (40, 4, 4)),
        ((90, 30, 30), "zyx", (4, 40, 40)),
        ((5, 128, 128), "zyx", (50, 4, 4)),
        ((200, 230), "yx", (1, 1)),
        ((30, 400), "yx", (1, 2)),
        ((6, 80, 90), "syx", (1, 1, 1)),
        ((2, 64, 64, 64), "czyx", (8, 8, 8)),
        ((3, 70, 70), "cyx", (5, 5)),
    ],
)
def test_every_suggestion_can_be_built(
    shape: tuple[int, ...], axes: str, sizes: tuple[float, ...], preset: Any
) -> None:
    facts, run = suggested(shape, axes, sizes, preset=preset)
    unet = run.architecture_config
    check_input_shape(unet, unet.input_shape)
    assert all(p <= n for p, n in zip(unet.input_shape, facts.spatial_shape, strict=True))
    assert unet.fmaps_in == (facts.num_channels or 1)
    for offset in run.task_config.neighborhood:
        assert len(offset) == len(unet.input_shape)
        assert all(abs(o) < p for o, p in zip(offset, unet.input_shape, strict=True) if p > 1)
    if axes[0] == "s":
        assert unet.input_shape[0] == 1
        assert all(factor[0] == 1 for factor in unet.downsample_factors)
        assert all(offset[0] == 0 for offset in run.task_config.neighborhood)
    assert from_yaml(to_yaml(run), RunConfig) == run
    task = run.task_config.task_type(run.task_config)
    assert 1 <= len(task.parameters) <= 12


def test_thick_slices_are_not_crossed_at_first() -> None:
    _, run = suggested((20, 200, 200), "zyx", (40, 4, 4), preset="small")
    unet = run.architecture_config
    assert unet.downsample_factors[0] == (1, 2, 2)
    assert unet.kernel_size_down is not None
    assert unet.kernel_size_down[0][0] == (1, 3, 3)
    assert unet.input_shape[0] < unet.input_shape[1]


def test_what_the_caller_wants_stands() -> None:
    _, run = suggested((64, 64, 64), "zyx", (8, 8, 8), name="mine", num_iterations=77, cores=3)
    assert (run.name, run.num_iterations) == ("mine", 77)
    assert run.trainer_config.num_data_fetchers == 2
    # Prefetching workers and snapshots to look at are there without being asked for.
    assert suggested((64,) * 3, "zyx", (8,) * 3)[1].trainer_config.num_data_fetchers >= 1
    assert run.trainer_config.snapshot_interval is not None
    assert suggested((64,) * 3, "zyx", (8,) * 3)[1].num_iterations > 1000
    with pytest.raises(ConfigError, match="no preset 'huge'"):
        suggested((64,) * 3, "zyx", (8,) * 3, preset="huge")
    with pytest.raises(ConfigError, match="at least one labelled volume"):
        suggest_run([])


class TestHoldout:
    @staticmethod
    def labels(shape: tuple[int, ...]) -> Values:
        return np.arange(1, np.prod(shape) + 1, dtype=np.uint32).reshape(shape)

    @pytest.mark.parametrize(
        ("shape", "axes"),
        [((100, 40, 50), "zyx"), ((40, 50, 100), "zyx"), ((60, 90), "yx"), ((5, 30, 30), "syx")],
    )
    def test_boxes_do_not_overlap_and_share_the_labels(
        self, shape: tuple[int, ...], axes: str
    ) -> None:
        least = [1 if axis in "st" else 16 for axis in axes]
        holdout = choose_holdout(self.labels(shape), axes, least=least)
        assert holdout is not None
        seen = np.zeros(shape, int)
        for begin, extent in (holdout.train, holdout.validate):
            assert all(b + n <= whole for b, n, whole in zip(begin, extent, shape, strict=True))
            seen[tuple(slice(b, b + n) for b, n in zip(begin, extent, strict=True))] += 1
        assert seen.min() == seen.max() == 1
        assert "%" in holdout.text

    def test_an_end_with_too_few_objects_is_not_held_back(self) -> None:
        labels = self.labels((40, 40, 100))
        labels[:, :, 70:] = 0
        holdout = choose_holdout(labels, "zyx")
        assert holdout is not None
        assert holdout.validate[0] == (0, 0, 0)
        labels[:] = 1
        assert choose_holdout(labels, "zyx") is None

    def test_too_little_to_divide(self) -> None:
        assert choose_holdout(self.labels((20, 20, 20)), "zyx", least=(16, 16, 16)) is None
        assert choose_holdout(self.labels((1, 30, 30)), "syx", least=(1, 16, 16)) is None

    def test_a_large_holdout_is_cut_to_its_middle(self) -> None:
        labels = np.broadcast_to(np.arange(1, 401, dtype=np.uint32), (100, 300, 400))
        holdout = choose_holdout(labels, "zyx")
        assert holdout is not None
        begin, extent = holdout.validate
        assert np.prod(extent) <= 1_500_000
        assert begin[2] >= holdout.train[1][2]


class TestDevices:
    def test_there_is_a_processor(self) -> None:
        found = list_devices()
        assert found[-1].name == "cpu"
        assert found[-1].usable
        assert choose_device("cpu").type == "cpu"
        assert choose_device("auto").type == next(d for d in found if d.usable).name.split(":")[0]

    @pytest.mark.parametrize("name", ["cuda:7", "gpu", "", "CPU0"])
    def test_one_that_is_not_there(self, name: str) -> None:
        with pytest.raises(DeviceError, match="There is no device") as caught:
            choose_device(name)
        assert "cpu" in caught.value.hint

    def test_a_card_that_torch_cannot_use(
        self, nvidia_smi: Callable[..., None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import torch

        nvidia_smi("GPU-1, NVIDIA T4, 15360, 15000")
        monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
        assert list_devices()[0].name == "cuda:0"
        for name in ("cuda", "cuda:0"):
            with pytest.raises(DeviceError, match="NVIDIA T4 found, but") as found:
                choose_device(name)
            assert "pip install torch" in str(found.value)
        assert choose_device("auto").type != "cuda"

    def test_the_emptiest_card_is_first(
        self, nvidia_smi: Callable[..., None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import torch

        nvidia_smi("GPU-b, Two, 24576, 20000", "GPU-a, One, 24576, 500")
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
        monkeypatch.setattr(torch.cuda, "get_device_name", ["One", "Two"].__getitem__)
        cards = [SimpleNamespace(uuid="a"), SimpleNamespace(uuid="b")]
        monkeypatch.setattr(torch.cuda, "get_device_properties", cards.__getitem__)
        found = list_devices()
        assert [device.name for device in found] == ["cuda:1", "cuda:0", "cpu"]
        assert found[0].memory_text == "21.0 of 25.8 GB free"
        assert choose_device("auto") == torch.device("cuda:1")

    def test_a_driver_that_does_not_tell(self, nvidia_smi: Callable[..., None]) -> None:
        nvidia_smi("GPU-1, GRID, [N/A], [N/A]", "Unable to determine the device handle")
        assert [(card.title, card.memory_free) for card in graphics_cards()] == [("GRID", None)]
