"""train_run: stops, goes on to the last bit, obeys, and says what went wrong."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from dacapo_engine.apply import choose_weights
from dacapo_engine.errors import ConfigError, DacapoError, NotFoundError, StoreError, TrainingError
from dacapo_engine.experiments.datasplits.datasets import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import CropArrayConfig, RegionConfig
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks import DistanceTaskConfig
from dacapo_engine.predict import predict
from dacapo_engine.store.control import Verb, ask
from dacapo_engine.store.local_weights_store import LocalWeightsStore
from dacapo_engine.store.rows import append_row, read_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.snapshot_rows import recorded_snapshots
from dacapo_engine.store.status import RunState, read_status
from dacapo_engine.train import train, train_run
from dacapo_engine.validate import validate, validate_run

Stats = Any


def go(config: RunConfig, runs: Path, **options: Any) -> Run:
    run = Run(config)
    train_run(run, runs=runs, device="cpu", **({"validate": False} | options))
    return run


def with_trainer(config: RunConfig, **changes: Any) -> RunConfig:
    return config.replace(trainer_config=config.trainer_config.replace(**changes))


def stop_after(count: int) -> dict[str, Callable[..., Any]]:
    """Options that end a training after so many iterations of this session."""
    seen: list[Stats] = []
    return {"on_iteration": seen.append, "should_stop": lambda: len(seen) >= count}


def rows_of(folder: RunFolder) -> list[tuple[int, float, float]]:
    rows = read_rows(folder.training_stats_file)
    return [(row["iteration"], row["loss"], row["learning_rate"]) for row in rows]


def states_equal(one: Any, two: Any) -> bool:
    if isinstance(one, torch.Tensor):
        return torch.equal(one, two)
    if isinstance(one, dict):
        return one.keys() == two.keys() and all(states_equal(one[k], two[k]) for k in one)
    if isinstance(one, list | tuple):
        return len(one) == len(two) and all(map(states_equal, one, two))
    return bool(one == two)


@pytest.mark.parametrize(("workers", "optimizer"), [(0, "radam"), (1, "adamw")])
def test_going_on_is_the_same_to_the_last_bit(
    tmp_path: Path, run_config: RunConfig, workers: int, optimizer: str
) -> None:
    config = with_trainer(run_config, num_data_fetchers=workers, optimizer=optimizer)
    go(config, tmp_path / "whole")
    go(config, tmp_path / "parts", **stop_after(3))
    middle = RunFolder.of(tmp_path / "parts", "try")
    status = read_status(middle)
    assert status is not None
    assert (status.state, status.iteration) == (RunState.STOPPED, 3)
    run = go(config, tmp_path / "parts")
    assert run.training_stats.trained_until() == 6
    assert rows_of(middle) == rows_of(RunFolder.of(tmp_path / "whole", "try"))
    whole, parts = (
        LocalWeightsStore(tmp_path / runs).retrieve_weights("try", 6) for runs in ("whole", "parts")
    )
    for name in ("model", "optimizer", "scheduler", "average"):
        assert states_equal(getattr(whole, name), getattr(parts, name)), name


def test_validation_leaves_the_training_as_it_was(tmp_path: Path, run_config: RunConfig) -> None:
    scored = run_config.replace(validation_interval=2)
    run = go(scored, tmp_path / "scored", validate=True)
    assert run.model.training
    go(run_config, tmp_path / "plain")
    assert len(read_rows(RunFolder.of(tmp_path / "scored", "try").validation_scores_file)) > 4
    rows = [rows_of(RunFolder.of(tmp_path / runs, "try")) for runs in ("scored", "plain")]
    assert rows[0] == rows[1]


def test_the_seed_decides(tmp_path: Path, run_config: RunConfig) -> None:
    losses = []
    for number, seed in enumerate((3, 3, 4)):
        torch.manual_seed(number)
        config = run_config.replace(seed=seed, num_iterations=2)
        go(config, tmp_path / str(number))
        losses.append(rows_of(RunFolder.of(tmp_path / str(number), "try")))
    assert losses[0] == losses[1]
    assert losses[0] != losses[2]


def test_files_of_a_run(tmp_path: Path, run_config: RunConfig) -> None:
    config = with_trainer(run_config, snapshot_interval=2).replace(
        checkpoint_interval=2, keep_checkpoints=2, keep_snapshots=2, validation_interval=3
    )
    run = go(config, tmp_path, validate=True)
    folder = RunFolder.of(tmp_path, "try")
    store = LocalWeightsStore(tmp_path)
    best = store.retrieve_best("try", "held", "voi")
    assert set(store.iterations("try")) >= {4, 6, best}
    assert len(store.iterations("try")) <= 4
    assert recorded_snapshots(folder) == [2, 4]
    assert [row["iteration"] for row in read_rows(folder.snapshots_file)] == [0, 2, 4]
    scored = read_rows(folder.validation_scores_file)
    assert sorted({row["iteration"] for row in scored}) == [3, 6]
    assert len(scored) == 2 * len(run.task.parameters)
    assert {row["dataset"] for row in scored} == {"held"}
    kept = {path.name for path in folder.validation_container.iterdir() if path.is_dir()}
    assert {"6"} <= kept <= {"3", "6"}
    array = run.validation_scores.to_xarray()
    assert array.sizes["iterations"] == 2
    assert array.sizes["parameters"] == len(run.task.parameters)
    lowest = min(row["scores"]["voi"] for row in scored)
    assert store.best_record("try", "held", "voi")["value"] == pytest.approx(lowest)
    choice = choose_weights(folder)
    assert choice.iteration == best
    assert choice.parameters.to_dict() == store.best_record("try", "held", "voi")["parameters"]
    assert folder.log_file.exists()
    assert not folder.lock_file.exists()
    status = read_status(folder)
    assert status is not None
    assert (status.state, status.num_iterations) == (RunState.FINISHED, 6)
    # What somebody deletes is one file: nothing temporary stays behind.
    assert not list(folder.path.rglob("*.tmp"))


def test_scores_of_data_that_was_trained_on_are_said_to_be_optimistic(
    tmp_path: Path, run_config: RunConfig
) -> None:
    go(run_config.replace(num_iterations=1), tmp_path, validate=True)
    folder = RunFolder.of(tmp_path, "try")
    assert "optimistic" in choose_weights(folder).text
    split = run_config.datasplit_config
    apart = split.replace(
        train_configs=(_part(split.train_configs[0], 0, 24),),
        validate_configs=(_part(split.validate_configs[0], 24, 16),),
    )
    config = run_config.replace(datasplit_config=apart, name="apart", num_iterations=1)
    go(config, tmp_path, validate=True)
    assert "optimistic" not in choose_weights(RunFolder.of(tmp_path, "apart")).text


def _part(dataset: RawGTDatasetConfig, begin: int, extent: int) -> RawGTDatasetConfig:
    """With labels of a part along the last axis only."""
    roi = RegionConfig(offset=(0, 0, begin), shape=(24, 28, extent), unit="voxels")
    crop = CropArrayConfig(source_array_config=dataset.gt_config, roi=roi)
    return dataset.replace(gt_config=crop)


def test_a_best_that_a_script_stored(tmp_path: Path, run_config: RunConfig) -> None:
    """Without parameters and value, as the reference's calls are."""
    go(run_config.replace(num_iterations=1), tmp_path)
    LocalWeightsStore(tmp_path).store_best("try", 1, "held", "voi")
    choice = choose_weights(RunFolder.of(tmp_path, "try"), dataset="held")
    assert (choice.iteration, choice.parameters.id) == (1, 0)
    go(run_config.replace(num_iterations=2), tmp_path, validate=True)
    assert LocalWeightsStore(tmp_path).retrieve_best("try", "held", "voi") == 2


def test_train_by_name_validate_and_predict(tmp_path: Path, run_config: RunConfig) -> None:
    go(run_config.replace(num_iterations=1), tmp_path)
    train("try", validate=False, runs=tmp_path, device="cpu")
    scores = validate("try", 1, runs=tmp_path, device="cpu")
    assert scores.iteration == 1
    assert np.shape(scores.scores)[0] == 1
    volume = tmp_path / "volume.zarr"
    arguments = ("try", 1, volume, "raw", tmp_path / "out.zarr")
    bytes_ = predict(*arguments, runs=tmp_path, device="cpu")
    assert (bytes_.axes, bytes_.num_channels, bytes_.dtype) == (
        ["c", "z", "y", "x"], 3, np.uint8,
    )  # fmt: skip
    rounded = bytes_.data[:] / 255
    floats = predict(*arguments, output_dtype=np.float32, runs=tmp_path, device="cpu")
    np.testing.assert_allclose(rounded, floats.data[:], atol=1.01 / 255)
    assert floats.voxel_size_nm == (283.718, 126.786, 126.786)
    assert floats.offset_nm == (0, 1267.86, 0)
    part = predict(
        *arguments, output_roi=floats.roi.grow(floats.voxel_size * -8, floats.voxel_size * -8),
        runs=tmp_path, device="cpu",
    )  # fmt: skip
    assert part.roi.shape / part.voxel_size == (8, 12, 24)


def test_distances_below_zero_are_predicted_as_bytes(tmp_path: Path, run_config: RunConfig) -> None:
    task = DistanceTaskConfig(channels=("cube",), scale_factor=300, mask_distances=False)
    go(run_config.replace(num_iterations=1, task_config=task), tmp_path)
    arguments = ("try", 1, tmp_path / "volume.zarr", "raw", tmp_path / "out.zarr")
    stored = predict(*arguments, runs=tmp_path, device="cpu").data[:]
    floats = predict(*arguments, output_dtype=np.float32, runs=tmp_path, device="cpu").data[:]
    assert floats.min() < 0
    np.testing.assert_allclose(stored / 127.5 - 1, floats, atol=1.01 / 255)


def test_scores_use_the_averaged_weights(tmp_path: Path, run_config: RunConfig) -> None:
    run = go(run_config.replace(num_iterations=3), tmp_path)
    live = [parameter.detach().clone() for parameter in run.model.parameters()]
    while_scored = []
    predict_ = type(run.model).forward

    def forward(model: Any, raw: torch.Tensor) -> torch.Tensor:
        while_scored.append(next(model.parameters()).detach().clone())
        return predict_(model, raw)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(run.model), "forward", forward)
        validate_run(run, 3, runs=tmp_path)
    assert not torch.equal(while_scored[0], live[0])
    assert all(map(torch.equal, run.model.parameters(), live))


@pytest.mark.parametrize("verb", [Verb.STOP, Verb.SNAPSHOT, Verb.VALIDATE])
def test_a_watcher_asks(tmp_path: Path, run_config: RunConfig, verb: Verb) -> None:
    folder = RunFolder.of(tmp_path, "try")
    folder.control.mkdir(parents=True)
    (folder.control / "someone-else.stop").touch()

    def on_iteration(stats: Stats) -> None:
        status = read_status(folder)
        assert status is not None
        if stats.iteration == 1:
            ask(folder, status.session, verb)

    config = with_trainer(run_config, snapshot_interval=100)
    go(config, tmp_path, validate=verb is Verb.VALIDATE, on_iteration=on_iteration)
    assert list(folder.control.iterdir()) == []
    status = read_status(folder)
    assert status is not None
    if verb is Verb.STOP:
        assert (status.state, status.iteration) == (RunState.STOPPED, 2)
    else:
        assert (status.state, status.iteration) == (RunState.FINISHED, 6)
    if verb is Verb.SNAPSHOT:
        assert recorded_snapshots(folder) == [0, 3]
    if verb is Verb.VALIDATE:
        scored = {row["iteration"] for row in read_rows(folder.validation_scores_file)}
        assert scored == {2, 6}


def test_rows_after_the_checkpoint_are_dropped(tmp_path: Path, run_config: RunConfig) -> None:
    go(run_config.replace(num_iterations=3), tmp_path)
    folder = RunFolder.of(tmp_path, "try")
    expected = rows_of(folder)
    row = read_rows(folder.training_stats_file)[-1]
    for iteration in (3, 4):
        append_row(folder.training_stats_file, row | {"iteration": iteration, "loss": 99.0})
    append_row(folder.snapshots_file, {"iteration": 4, "arrays": []})
    append_row(folder.validation_scores_file, {"iteration": 4, "dataset": "held"})
    with folder.training_stats_file.open("a") as file:
        file.write('{"iteration": 5, "lo')
    go(run_config.replace(num_iterations=4), tmp_path)
    rows = rows_of(folder)
    assert rows[:3] == expected
    assert [iteration for iteration, *_ in rows] == [0, 1, 2, 3]
    assert rows[3][1] != 99
    assert read_rows(folder.snapshots_file) == read_rows(folder.validation_scores_file) == []


def test_an_unfinished_row_does_not_swallow_the_next(tmp_path: Path, run_config: RunConfig) -> None:
    go(run_config.replace(num_iterations=2), tmp_path)
    folder = RunFolder.of(tmp_path, "try")
    with folder.training_stats_file.open("a") as file:
        file.write('{"iteration": 2, "lo')
    go(run_config.replace(num_iterations=4), tmp_path)
    assert [iteration for iteration, *_ in rows_of(folder)] == [0, 1, 2, 3]


def test_lost_rows_do_not_end_a_run(tmp_path: Path, run_config: RunConfig) -> None:
    """After a power cut the checkpoint may be there and the newest rows not."""
    go(run_config.replace(num_iterations=3), tmp_path)
    folder = RunFolder.of(tmp_path, "try")
    lines = folder.training_stats_file.read_text().splitlines(keepends=True)
    folder.training_stats_file.write_text("".join(lines[:2]))
    go(run_config.replace(num_iterations=5), tmp_path)
    assert [iteration for iteration, *_ in rows_of(folder)] == [0, 1, 3, 4]


def test_a_damaged_checkpoint_means_the_one_before(
    tmp_path: Path, run_config: RunConfig, caplog: pytest.LogCaptureFixture
) -> None:
    config = run_config.replace(checkpoint_interval=2, num_iterations=4)
    go(config, tmp_path, validate=True)
    folder = RunFolder.of(tmp_path, "try")
    path = folder.checkpoints / "4"
    path.write_bytes(path.read_bytes()[:1000])
    assert folder.best_file("held", "voi").exists()
    run = go(config, tmp_path)
    assert run.trainer.iteration == 4
    assert "cannot be read" in caplog.text
    assert [iteration for iteration, *_ in rows_of(folder)] == [0, 1, 2, 3]
    # What was best is lost with the weights that made it so.
    with pytest.raises(NotFoundError, match="not validated yet"):
        choose_weights(folder)


class _Hostile:
    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, ("hostile-was-here",)


def test_a_checkpoint_is_data_and_never_run(
    tmp_path: Path, run_config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = RunFolder.of(tmp_path, "try")
    folder.checkpoints.mkdir(parents=True)
    store = LocalWeightsStore(tmp_path)
    (folder.checkpoints / "5").write_bytes(pickle.dumps(_Hostile(), protocol=2))
    with pytest.raises(StoreError, match="cannot be read"):
        store.retrieve_weights("try", 5)
    torch.save({"model": _Hostile()}, folder.checkpoints / "5")
    with pytest.raises(StoreError, match="cannot be read"):
        store.retrieve_weights("try", 5)
    go(run_config.replace(num_iterations=1), tmp_path)
    assert not (tmp_path / "hostile-was-here").exists()


def test_a_loss_that_is_no_number(
    tmp_path: Path, run_config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(run_config)
    compute = type(run.task.loss).compute
    calls: list[int] = []

    def spoiled(*values: Any) -> Any:
        calls.append(1)
        return compute(*values) * (float("nan") if len(calls) == 3 else 1)

    monkeypatch.setattr(type(run.task.loss), "compute", spoiled)
    with pytest.raises(TrainingError, match="loss of iteration 2 is not a number"):
        train_run(run, validate=False, runs=tmp_path, device="cpu")
    _check_failed(RunFolder.of(tmp_path, "try"), "diverged", "loss of iteration 2")


def _check_failed(folder: RunFolder, code: str, words: str) -> None:
    status = read_status(folder)
    assert status is not None
    assert status.state is RunState.FAILED
    assert status.error is not None
    assert status.error["code"] == code
    assert words in status.error["message"]
    assert not folder.lock_file.exists()


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (RuntimeError("CUDA out of memory."), "out_of_memory", "The device ran out of memory"),
        (MemoryError(), "out_of_memory", "The computer ran out of memory"),
        (OSError(28, "No space left on device"), "disk_full", "No space left on device"),
        (ValueError("odd"), "training", "The training failed: ValueError: odd"),
    ],
)
def test_every_failure_is_told(
    tmp_path: Path, run_config: RunConfig, monkeypatch: pytest.MonkeyPatch,
    error: BaseException, code: str, sentence: str,
) -> None:  # fmt: skip
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(
        import_module("dacapo_engine.training.training_session"), "append_row", fail
    )
    with pytest.raises(DacapoError, match=sentence):
        go(run_config, tmp_path)
    _check_failed(RunFolder.of(tmp_path, "try"), code, sentence)


def test_a_device_that_is_not_there(tmp_path: Path, run_config: RunConfig) -> None:
    with pytest.raises(DacapoError, match="no device 'cuda:7'"):
        train_run(Run(run_config), runs=tmp_path, device="cuda:7")
    _check_failed(RunFolder.of(tmp_path, "try"), "device", "cuda:7")


def test_other_settings_need_another_name(tmp_path: Path, run_config: RunConfig) -> None:
    go(run_config.replace(num_iterations=1), tmp_path)
    changed = run_config.replace(seed=99)
    with pytest.raises(ConfigError, match=r"with other settings \(seed\)"):
        go(changed, tmp_path)
    go(run_config.replace(num_iterations=2, validation_interval=5), tmp_path)


def test_only_one_process_trains_a_run(tmp_path: Path, run_config: RunConfig) -> None:
    folder = RunFolder.of(tmp_path, "try")
    folder.create()
    program = (
        "import sys\n"
        "from dacapo_engine.store.lock import RunLock\n"
        "from dacapo_engine.store.run_folder import RunFolder\n"
        "with RunLock(RunFolder(sys.argv[1])):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.readline()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(folder.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        held = json.loads(folder.lock_file.read_text())
        with pytest.raises(StoreError) as caught:
            go(run_config, tmp_path)
        assert f"process {holder.pid} on {held['host']}" in caught.value.message
        # Whoever was refused leaves the state of the other one alone.
        assert read_status(folder) is None
        holder.kill()
    go(run_config.replace(num_iterations=1), tmp_path)
    assert not folder.lock_file.exists()
