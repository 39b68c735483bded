from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

from dacapo_engine.cli.train import _stop_on_signals
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import RunState, read_status
from dacapo_engine.yaml_file import read_config

Command = Callable[..., Any]


def stored(path: Path) -> Any:
    return zarr.open_group(str(path.parent), mode="r")[path.name]


def test_separate_images_and_validation_volumes(
    tmp_path: Path, works: Command, put: Command, cubes: Command, make_tiny: Command
) -> None:
    pairs = [cubes(40, 48) for _ in range(3)]
    raw, labels = np.stack([p[0] for p in pairs]), np.stack([p[1] for p in pairs])
    data = ("--raw", put("raw", raw), "--labels", put("labels", labels))
    held = (
        *("--validation-raw", put("held_raw", raw[:2])),
        *("--validation-labels", put("held_labels", labels[:2])),
    )
    run_file, runs = tmp_path / "images.yaml", tmp_path / "runs"
    told = works("init", run_file, *data, *held, "--axes", "syx", "--preset", "tiny")
    assert "3 separate images" in told
    assert "not known" in told
    make_tiny(run_file, "[1, 16, 16]")
    works("train", run_file, "--runs", runs, "--device", "cpu", "--num-iterations", 6)
    rows = read_rows(RunFolder.of(runs, "images").validation_scores_file)
    assert {row["dataset"] for row in rows} == {"validate"}
    output = tmp_path / "out.zarr" / "objects"
    segment = ("segment", runs / "images", "--input", tmp_path / "volume.zarr" / "raw")
    works(*segment, "--output", output, "--axes", "syx", "--device", "cpu")
    objects = stored(output)
    assert objects.shape == raw.shape
    assert objects.attrs["axis_names"] == ["s", "y", "x"]


def test_flat_images_with_channels(
    tmp_path: Path, works: Command, put: Command, cubes: Command, make_tiny: Command
) -> None:
    raw, labels = cubes(48, 96)
    image = put("raw", np.stack([raw, 255 - raw]))
    run_file, runs = tmp_path / "flat.yaml", tmp_path / "runs"
    data = ("--raw", image, "--labels", put("labels", labels), "--axes", "cyx")
    told = works("init", run_file, *data, "--preset", "tiny")
    assert "2 channels" in told
    make_tiny(run_file, "[16, 16]")
    works("train", run_file, "--runs", runs, "--device", "cpu", "--num-iterations", 4)
    output = tmp_path / "out.zarr" / "objects"
    segment = ("segment", runs / "flat", "--input", image, "--axes", "cyx", "--device", "cpu")
    works(*segment, "--output", output)
    assert stored(output).shape == labels.shape


def test_a_finished_run_goes_on_and_every_iteration_segments(
    tmp_path: Path, works: Command, put: Command, cubes: Command, make_tiny: Command
) -> None:
    raw, labels = cubes(16, 32, 80)
    sizes = [283.718, 126.786, 126.786]
    image, truth = put("raw", raw, sizes), put("labels", labels, sizes)
    mask = put("mask", np.ones_like(raw), sizes)
    run_file, runs = tmp_path / "001.yaml", tmp_path / "runs"
    works("init", run_file, "--raw", image, "--labels", truth, "--mask", mask, "--preset", "tiny")
    make_tiny(run_file, "[8, 16, 16]", snapshot_interval=2)
    train = ("train", run_file, "--runs", runs, "--device", "cpu")
    assert "Finished after 3" in works(*train, "--num-iterations", 3)
    assert "Finished after 3" in works(*train, "--num-iterations", 3)
    assert "Finished after 5" in works(*train, "--num-iterations", 5)
    folder = RunFolder.of(runs, "001")
    rows = read_rows(folder.training_stats_file)
    assert [row["iteration"] for row in rows] == [0, 1, 2, 3, 4]
    assert [row["iteration"] for row in read_rows(folder.snapshots_file)] == [0, 2, 4]
    assert read_config(folder.run_file, RunConfig).num_iterations == 5
    status = read_status(folder)
    assert status is not None
    assert (status.state, status.iteration, status.device) == (RunState.FINISHED, 5, "cpu")

    texts = {}
    for iteration in ("best", "latest", "3"):
        output = tmp_path / "out.zarr" / f"objects{iteration}"
        segment = ("segment", folder.path, "--input", image, "--iteration", iteration)
        texts[iteration] = works(*segment, "--output", output, "--device", "cpu")
        objects = stored(output)
        assert (objects.shape, objects.attrs["voxel_size"]) == (raw.shape, sizes)
    assert "best weights by voi" in texts["best"]
    assert "iteration 5" in texts["latest"]
    assert "iteration 3" in texts["3"]
    same = json.loads(works("evaluate", "--segmentation", truth, "--labels", truth))
    assert same["voi"] == same["adapted_rand_error"] == 0
    judged = ("--segmentation", output, "--labels", truth, "--mask", mask, "--count-background")
    assert json.loads(works("evaluate", *judged)).keys() == same.keys()


def test_real_nuclei(
    tmp_path: Path, shared_data: Path, works: Command, put: Command, make_tiny: Command
) -> None:
    there = zarr.open_group(str(shared_data / "ovule_nuclei3d.zarr"), mode="r")
    crop = (slice(30, 50), slice(0, 40), slice(0, 80))
    sizes = [283.718, 126.786, 126.786]
    raw, labels = put("raw", there["raw"][crop], sizes), put("labels", there["labels"][crop], sizes)
    run_file, runs = tmp_path / "ovule.yaml", tmp_path / "runs"
    told = works("init", run_file, "--raw", raw, "--labels", labels)
    assert "283.718 x 126.786 x 126.786 nm" in told
    make_tiny(run_file, "[8, 16, 16]", num_fmaps=2, fmaps_out=2)
    works("train", run_file, "--runs", runs, "--device", "cpu", "--num-iterations", 3)
    output = tmp_path / "out.zarr" / "objects"
    works("segment", runs / "ovule", "--input", raw, "--output", output, "--device", "cpu")
    scores = json.loads(works("evaluate", "--segmentation", output, "--labels", labels))
    assert scores["num_true_objects"] > 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks_and_the_second_ends(number: signal.Signals) -> None:
    stop = _stop_on_signals()
    assert not stop.is_set()
    signal.raise_signal(number)
    assert stop.is_set()
    assert signal.getsignal(number) is signal.SIG_DFL


def test_devices(works: Command) -> None:
    found = json.loads(works("devices", "--json"))
    assert (found[-1]["name"], found[-1]["usable"]) == ("cpu", True)
    assert "cpu" in works("devices")


def test_help_and_version(works: Command) -> None:
    told = works("--help")
    for name in ("init", "train", "segment", "evaluate", "visualize", "devices"):
        assert name in told
        assert "Usage" in works(name, "--help")
    assert "version" in works("--version")
