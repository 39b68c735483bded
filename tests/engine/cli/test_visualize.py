"""What keeps the pipeline from being looked at is one sentence, and nothing is left running."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import zarr

from dacapo_engine.errors import TrainingError
from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits import TrainValidateDataSplitConfig
from dacapo_engine.experiments.datasplits.datasets import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import ZarrArrayConfig
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks import AffinitiesTaskConfig
from dacapo_engine.experiments.trainers import GunpowderTrainerConfig
from dacapo_engine.yaml_file import to_yaml
from tests.engine.cli.conftest import Command

pytestmark = pytest.mark.slow


def run_on(folder: Path, raw: np.ndarray[Any, Any], labels: np.ndarray[Any, Any]) -> RunConfig:
    """A run on volumes of 8 nm that reads patches of 16 voxels."""
    root = zarr.open_group(str(folder / "volume.zarr"), mode="w")
    arrays = {}
    for name, values in (("raw", raw), ("labels", labels)):
        root.create_dataset(name, data=values).attrs.update(voxel_size=[8] * 3, units=["nm"] * 3)
        arrays[name] = ZarrArrayConfig(file_name=folder / "volume.zarr", dataset=name)
    return RunConfig(
        name="looked-at",
        num_iterations=10,
        task_config=AffinitiesTaskConfig(neighborhood=((1, 0, 0), (0, 1, 0), (0, 0, 1))),
        architecture_config=CNNectomeUNetConfig(
            input_shape=(16, 16, 16), num_fmaps=2, fmap_inc_factor=2, fmaps_out=3,
            downsample_factors=((2, 2, 2),), padding="same",
        ),
        trainer_config=GunpowderTrainerConfig(num_data_fetchers=0, augments=()),
        datasplit_config=TrainValidateDataSplitConfig(
            train_configs=(
                RawGTDatasetConfig(
                    name="crop", raw_config=arrays["raw"], gt_config=arrays["labels"]
                ),
            )
        ),
    )  # fmt: skip


def values(*shape: int) -> np.ndarray[Any, Any]:
    return np.random.default_rng(0).random(shape, np.float32)


def test_a_volume_that_is_too_small(tmp_path: Path, command: Command) -> None:
    config = run_on(tmp_path, values(8, 24, 24), np.ones((8, 24, 24), np.uint32))
    (tmp_path / "run.yaml").write_text(to_yaml(config), encoding="utf-8")
    result = command("visualize", tmp_path / "run.yaml", "--no-browser")
    assert result.code != 0
    [line] = [line for line in result.err.splitlines() if line.startswith("Error")]
    assert "crop: raw is 8 x 24 x 24 voxels; the model reads 16 x 16 x 16." in line
    assert result.out == ""
    assert "Traceback" not in result.err
    assert not served()


def test_labels_without_an_object(tmp_path: Path, command: Command) -> None:
    config = run_on(tmp_path, values(24, 24, 24), np.zeros((24, 24, 24), np.uint32))
    (tmp_path / "run.yaml").write_text(to_yaml(config), encoding="utf-8")
    result = command("visualize", tmp_path / "run.yaml", "--no-browser")
    assert result.code != 0
    assert result.err.startswith("Error: crop: labels has no object. Paint at least one")
    assert result.err.count("\n") == 1
    assert not served()


def test_it_ends_with_its_standard_input(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = run_on(tmp_path, values(24, 24, 24), np.ones((24, 24, 24), np.uint32))
    (tmp_path / "run.yaml").write_text(to_yaml(config), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    result = command("visualize", tmp_path / "run.yaml", "--no-browser")
    assert result.code == 0, result.err
    assert set(json.loads(result.out)) == {"url", "ssh"}
    assert not served()


def corner(tmp_path: Path, **fields: Any) -> Run:
    """A run on an object that is smaller than a patch."""
    labels = np.zeros((24, 24, 24), np.uint32)
    labels[8:16, 8:16, 8:16] = 1
    config = run_on(tmp_path, values(24, 24, 24), labels)
    return Run(config.replace(trainer_config=config.trainer_config.replace(**fields)))


def test_a_viewer_that_is_gone(tmp_path: Path) -> None:
    run = corner(tmp_path)
    trainer: Any = run.trainer
    with trainer:
        trainer.build_batch_provider(run.datasplit.train, run.model, run.task)
        with trainer.visualize_pipeline() as view:
            for process in served():
                process.kill()
            with pytest.raises(TrainingError, match=r"The view has ended\. Open it again\."):
                view.next_batch()
        view.close()
        with pytest.raises(TrainingError, match=r"The view has ended\. Open it again\."):
            view.next_batch()
    assert not served()


def test_a_patch_that_is_nowhere(tmp_path: Path) -> None:
    """Where the pipeline finds out, in the process of the view, it is a sentence, too."""
    run = corner(tmp_path, gt_min_reject=0.9)
    trainer: Any = run.trainer
    with trainer:
        trainer.build_batch_provider(run.datasplit.train, run.model, run.task)
        with pytest.raises(TrainingError, match=r"None of \d+ random patches .* 90% objects\."):
            trainer.visualize_pipeline()
    assert not served()


def served() -> list[psutil.Process]:
    """Processes that serve views of this one, but for one that helps multiprocessing."""
    return [child for child in psutil.Process().children(recursive=True) if _serves(child)]


def _serves(process: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        # What another test has killed and nobody has waited for.
        return False
