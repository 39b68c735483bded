"""What there is to look at of a run, in its order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

from dacapo_engine.errors import NotFoundError
from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits import TrainValidateDataSplitConfig
from dacapo_engine.experiments.datasplits.datasets import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import ZarrArrayConfig
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks import AffinitiesTaskConfig
from dacapo_engine.experiments.trainers import GunpowderTrainerConfig
from dacapo_engine.neuroglance.pages import Kind
from dacapo_engine.run_pages import first_page, run_pages
from dacapo_engine.store.atomic import write_text
from dacapo_engine.store.rows import append_row
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.yaml_file import to_yaml

SHAPE = (8, 16, 16)


@pytest.fixture
def folder(tmp_path: Path, put_zarr: Callable[..., Any]) -> RunFolder:
    arrays = {
        name: ZarrArrayConfig(file_name=container, dataset=dataset)
        for name in ("raw", "labels")
        for container, dataset in [put_zarr(name, np.ones(SHAPE, np.uint32), (8.0, 4.0, 4.0))]
    }
    train = RawGTDatasetConfig(name="train", raw_config=arrays["raw"], gt_config=arrays["labels"])
    config = RunConfig(
        task_config=AffinitiesTaskConfig(neighborhood=((1, 0, 0), (0, 1, 0), (0, 0, 1))),
        architecture_config=CNNectomeUNetConfig(input_shape=(8, 8, 8)),
        trainer_config=GunpowderTrainerConfig(),
        datasplit_config=TrainValidateDataSplitConfig(
            train_configs=(train,), validate_configs=(train.replace(name="held"),)
        ),
    )
    folder = RunFolder(tmp_path / "runs" / "one")
    write_text(folder.run_file, to_yaml(config))
    return folder


def keep(container: Path, name: str, channels: int = 0) -> None:
    shape = (channels, *SHAPE) if channels else SHAPE
    array = zarr.open_array(str(container / name), mode="w", shape=shape, dtype="f4", chunks=shape)
    axes = [*(["c^"] if channels else []), "z", "y", "x"]
    array.attrs.update(voxel_size=[8, 4, 4], offset=[0, 0, 0], units=["nm"] * 3, axis_names=axes)


def test_datasets_validations_and_snapshots(folder: RunFolder) -> None:
    for iteration in (500, 1000):
        keep(folder.validation_container, f"{iteration}/held/prediction", channels=3)
        keep(folder.validation_container, f"{iteration}/held/segmentation")
    keep(folder.snapshot_container, "250/raw", channels=1)
    append_row(folder.snapshots_file, {"iteration": 250, "arrays": ["raw"]})
    pages = run_pages(folder)
    assert [page.title for page in pages] == [
        "trained on: train",
        "scored on: held",
        "held, validation of iteration 500",
        "held, validation of iteration 1,000",
        "snapshot of iteration 250",
    ]
    scored = {shown.name: shown for shown in pages[2].shown}
    assert list(scored) == ["raw", "segmentation", "prediction", "labels"]
    assert scored["segmentation"].kind is Kind.LABELS
    assert [name for name, shown in scored.items() if shown.visible] == ["raw", "segmentation"]
    assert first_page(pages, None) == 0
    assert first_page(pages, 1000) == 3
    assert first_page(pages, 250) == 4


def test_an_iteration_of_which_nothing_is_kept(folder: RunFolder) -> None:
    with pytest.raises(NotFoundError, match=r"iteration 7 was kept"):
        first_page(run_pages(folder), 7)
