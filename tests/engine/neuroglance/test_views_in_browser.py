"""Datasets and runs in a real browser, of any size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import zarr

from dacapo_engine.errors import NotFoundError
from dacapo_engine.experiments.datasplits.datasets import RawGTDataset, RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import ZarrArrayConfig
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.view import view
from tests.engine.neuroglance.conftest import Page

pytestmark = pytest.mark.slow
Look = Callable[[str], Page]


def dataset_of(raw: tuple[Path, str], labels: tuple[Path, str] | None = None) -> RawGTDataset:
    configs = [ZarrArrayConfig(file_name=c, dataset=d) for c, d in (raw, labels or raw)]
    config = RawGTDatasetConfig(name="volume", raw_config=configs[0], gt_config=configs[1])
    return RawGTDataset(config)


def test_a_dataset(put_zarr: Callable[..., Any], look: Look) -> None:
    labels = np.zeros((24, 40, 40), np.uint32)
    labels[4:20, 6:30, 8:34] = 7
    raw = np.random.default_rng(0).integers(0, 200, labels.shape).astype(np.uint8)
    stored = [put_zarr("raw", raw, (40, 8, 8)), put_zarr("labels", labels, (40, 8, 8))]
    with view(dataset_of(*stored)) as opened:
        page = look(opened.url)
        assert page.shown() == ["raw", "labels"]
        kinds = [layer["type"] for layer in page.state()["layers"]]
        assert kinds == ["image", "segmentation"]
        page.wait(lambda: page.colours() > 100)


def test_a_volume_larger_than_memory(tmp_path: Path, look: Look) -> None:
    container = tmp_path / "huge.zarr"
    shape = (40_000, 60_000, 60_000)
    huge = zarr.open_group(str(container), mode="w").create_dataset(
        "raw", shape=shape, chunks=(64, 64, 64), dtype=np.uint8, fill_value=90
    )
    huge.attrs.update(voxel_size=[8, 8, 8], units=["nm"] * 3, axis_names=["z", "y", "x"])
    ramp = np.broadcast_to(np.arange(64, dtype=np.uint8) * 4, (64, 64, 64))
    huge[20_000:20_064, 30_000:30_064, 30_000:30_064] = ramp
    assert np.prod(shape) > psutil.virtual_memory().total
    before = psutil.Process().memory_info().rss
    with view(dataset_of((container, "raw"))) as opened:
        page = look(opened.url)
        page.driver.execute_script("window.viewer.crossSectionScale.value = 0.5")
        page.wait(lambda: page.colours() > 30)
        served = sum(child.memory_info().rss for child in psutil.Process().children(True))
    assert psutil.Process().memory_info().rss - before < 500e6
    assert served < 6e9


def test_nothing_to_look_at(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no run"):
        view(RunFolder(tmp_path / "nothing"))
