"""Real volumes, where they lie beside the checkout: a short training, judged on another part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
import zarr

from dacapo_engine.apply import choose_weights, segment_volume
from dacapo_engine.evaluate import evaluate_volumes
from dacapo_engine.experiments import Run
from dacapo_engine.experiments.datasplits.datasets.arrays import LocalArrayIdentifier, ZarrArray
from dacapo_engine.setup.setup_run import set_up_run
from dacapo_engine.setup.volume_files import VolumeFiles
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.train import train_run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@dataclass(frozen=True)
class Case:
    """A volume, the part to learn from, another to be judged on, and what has to be reached.

    Whoever calls everything one object has a VOI of 1.6 (neurites), 4.6 and 4.8 bits, and an
    AP50 of 0.02, 0 and 0.
    """

    container: str
    learned: tuple[slice, ...]
    judged: tuple[slice, ...]
    iterations: int
    largest_voi: float
    smallest_ap50: float


CASES = {
    "neurites": Case(
        "fib25_neurites.zarr",
        (slice(0, 112), slice(0, 160), slice(0, 250)),
        (slice(112, 176), slice(100, 250), slice(100, 250)),
        iterations=160,
        largest_voi=1.2,
        smallest_ap50=0.1,
    ),
    "nuclei in 3d": Case(
        "ovule_nuclei3d.zarr",
        (slice(0, 100), slice(0, 100), slice(0, 60)),
        (slice(0, 100), slice(0, 100), slice(60, 100)),
        iterations=400,
        largest_voi=1.2,
        smallest_ap50=0.3,
    ),
    "nuclei in 2d": Case(
        "dsb2018_nuclei2d.zarr",
        (slice(0, 352), slice(0, 320)),
        (slice(0, 352), slice(320, 512)),
        iterations=550,
        largest_voi=1.0,
        smallest_ap50=0.3,
    ),
}


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def cut(source: Path, target: Path, part: tuple[slice, ...]) -> VolumeFiles:
    """A part of a volume as a volume of its own, with its own origin."""
    there, group = zarr.open_group(str(source), mode="r"), zarr.open_group(str(target), mode="w")
    for name in ("raw", "labels"):
        array = group.create_dataset(name, data=there[name][part])
        array.attrs.update(there[name].attrs.asdict())
    return VolumeFiles(LocalArrayIdentifier(target, "raw"), LocalArrayIdentifier(target, "labels"))


@pytest.mark.parametrize("name", CASES)
def test_a_part_that_was_not_trained_on(name: str, shared_data: Path, tmp_path: Path) -> None:
    case = CASES[name]
    source = shared_data / case.container
    if not source.is_dir():
        pytest.skip(f"there is no {source}")
    learned = cut(source, tmp_path / "learned.zarr", case.learned)
    judged = cut(source, tmp_path / "judged.zarr", case.judged)
    config = set_up_run(learned, name="real", preset="tiny", num_iterations=case.iterations).config
    trainer = config.trainer_config.replace(
        num_data_fetchers=0, warmup_iterations=20, snapshot_interval=None
    )
    config = config.replace(
        num_threads=1, validation_interval=case.iterations, trainer_config=trainer
    )
    train_run(Run(config), runs=tmp_path, device="cpu")

    folder = RunFolder.of(tmp_path, "real")
    target = LocalArrayIdentifier(tmp_path / "out.zarr", "objects")
    segment_volume(folder, judged.raw, target, choose_weights(folder), device="cpu")
    truth = ZarrArray.open_from_array_identifier(
        LocalArrayIdentifier(tmp_path / "judged.zarr", "labels")
    )
    scores = evaluate_volumes(ZarrArray.open_from_array_identifier(target), truth)
    assert scores["voi"] < case.largest_voi
    assert scores["ap50"] > case.smallest_ap50
