"""A training predicts between its steps what somebody asks it to."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dacapo_engine.apply import segment_volume
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.segmenting.kept_prediction import KeptPrediction
from dacapo_engine.segmenting.weight_choice import choose_weights
from dacapo_engine.store.array_store import LocalArrayIdentifier
from dacapo_engine.store.atomic import read_json
from dacapo_engine.store.control import Verb, ask
from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import RunState, read_status
from dacapo_engine.train import train_run
from dacapo_engine.training import predict_errand

Listener = Callable[[Any], None]


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder.of(tmp_path / "runs", "cubes")


def go(config: RunConfig, folder: RunFolder, listen: Listener, **options: Any) -> None:
    runs = folder.path.parent
    train_run(Run(config), False, runs=runs, device="cpu", on_iteration=listen, **options)


def request(tmp_path: Path, **changes: Any) -> dict[str, Any]:
    (tmp_path / "scratch").mkdir(exist_ok=True)
    return {
        "input": f"{tmp_path.as_posix()}/volume.zarr/raw",
        "output": f"{tmp_path.as_posix()}/scratch/out.zarr/prediction",
        "progress": str(tmp_path / "scratch" / "progress.json"),
        "box": "2:22,0:28,3:40",
        **changes,
    }


def asking(folder: RunFolder, at: int, parameters: dict[str, Any]) -> Listener:
    def listen(stats: Any) -> None:
        status = read_status(folder)
        if stats.iteration == at and status is not None:
            ask(folder, status.session, Verb.PREDICT, parameters)

    return listen


def test_it_is_the_prediction_of_the_weights_of_that_moment(
    tmp_path: Path, config: RunConfig, folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One block after each step: the weights change in between.
    monkeypatch.setattr(predict_errand, "_SLICE_SECONDS", 1e-9)
    asked = request(tmp_path)
    shares: list[float] = []

    def listen(stats: Any) -> None:
        asking(folder, 1, asked)(stats)
        told = read_json(Path(asked["progress"]))
        shares.append(told["share"] if told else -1)

    go(config.replace(num_iterations=30), folder, listen)
    told = read_json(Path(asked["progress"]))
    assert (told["state"], told["share"], told["iteration"]) == ("done", 1.0, 2)
    assert len({share for share in shares if 0 < share < 1}) > 1
    found = KeptPrediction.open(tmp_path / "scratch" / "out.zarr", "prediction")
    choice = choose_weights(folder, 2)
    scratch = tmp_path / "scratch" / "out.zarr"
    segment_volume(
        folder,
        LocalArrayIdentifier(tmp_path / "volume.zarr", "raw"),
        LocalArrayIdentifier(scratch, "objects"),
        choice,
        box=found.box,
        device="cpu",
        keep=LocalArrayIdentifier(scratch, "expected"),
    )
    expected = KeptPrediction.open(scratch, "expected")
    np.testing.assert_allclose(found.read(found.box), expected.read(found.box), atol=1e-5)


def test_weights_that_were_kept(tmp_path: Path, config: RunConfig, folder: RunFolder) -> None:
    """They predict what they would elsewhere, and the training does not notice."""
    go(config.replace(num_iterations=12), RunFolder.of(tmp_path / "alone", "cubes"), lambda _: None)
    asked = request(tmp_path, weights="2")
    go(config.replace(num_iterations=12), folder, asking(folder, 6, asked))
    told = read_json(Path(asked["progress"]))
    assert (told["state"], told["iteration"]) == ("done", 2)
    assert "iteration 2" in told["text"]
    alone = RunFolder.of(tmp_path / "alone", "cubes")
    losses = [
        [row["loss"] for row in read_rows(run.training_stats_file)] for run in (alone, folder)
    ]
    assert losses[0] == losses[1]
    scratch = tmp_path / "scratch" / "out.zarr"
    found = KeptPrediction.open(scratch, "prediction")
    segment_volume(
        folder,
        LocalArrayIdentifier(tmp_path / "volume.zarr", "raw"),
        LocalArrayIdentifier(scratch, "objects"),
        choose_weights(folder, 2),
        box=found.box,
        device="cpu",
        keep=LocalArrayIdentifier(scratch, "expected"),
    )
    expected = KeptPrediction.open(scratch, "expected")
    np.testing.assert_allclose(found.read(found.box), expected.read(found.box), atol=1e-5)


def test_what_cannot_be_predicted_does_not_end_the_training(
    tmp_path: Path, config: RunConfig, folder: RunFolder
) -> None:
    asked = request(tmp_path, input=f"{tmp_path.as_posix()}/volume.zarr/nothing")
    go(config, folder, asking(folder, 1, asked))
    told = read_json(Path(asked["progress"]))
    assert told["state"] == "failed"
    assert "nothing" in told["error"]["message"] + told["error"]["place"]
    status = read_status(folder)
    assert status is not None
    assert (status.state, status.iteration) == (RunState.FINISHED, 6)


def test_nobody_waits_for_what_nobody_wants(
    tmp_path: Path, config: RunConfig, folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predict_errand, "_SLICE_SECONDS", 1e-9)
    asked = request(tmp_path)

    def listen(stats: Any) -> None:
        asking(folder, 0, asked)(stats)
        if stats.iteration == 3:
            shutil.rmtree(tmp_path / "scratch")

    go(config.replace(num_iterations=8), folder, listen)
    assert not (tmp_path / "scratch").exists()
