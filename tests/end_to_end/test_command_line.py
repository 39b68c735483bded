"""The command line in processes of its own: init, train, stop, go on, segment, evaluate."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import RunState, read_status
from dacapo_engine.yaml_file import load_yaml

Values = np.ndarray[Any, Any]
OVULE_NM = [283.718, 126.786, 126.786]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(280)]


def engine(*words: object, check: bool = True) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        _command(words), capture_output=True, text=True, env=_environment(), check=False
    )
    if check:
        assert result.returncode == 0, result.stderr
    return result


def _command(words: tuple[object, ...]) -> list[str]:
    return [sys.executable, "-m", "dacapo_engine", *map(str, words)]


def _environment() -> dict[str, str]:
    return os.environ | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def cubes(shape: tuple[int, ...], spacing: int = 10, size: int = 6) -> tuple[Values, Values]:
    """Bright cubes on a dark, noisy ground, and their ids."""
    labels = np.zeros(shape, np.uint32)
    corners = np.meshgrid(*[range(2, n - size, spacing) for n in shape], indexing="ij")
    for number, corner in enumerate(np.stack([c.ravel() for c in corners], 1), 1):
        labels[tuple(slice(c, c + size) for c in corner)] = number
    noise = np.random.default_rng(0).normal(0, 8, shape)
    return np.clip((labels > 0) * 150 + 50 + noise, 0, 255).astype(np.uint8), labels


def put(container: Path, dataset: str, values: Values, sizes: list[float] | None = None) -> Path:
    array = zarr.open_group(str(container), mode="a").create_dataset(
        dataset, data=values, chunks=(16,) * values.ndim
    )
    if sizes is not None:
        axes = ["c", "z", "y", "x"][-values.ndim :]
        array.attrs.update(voxel_size=sizes, units=["nm"] * len(sizes), axis_names=axes)
    return container / dataset


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """Raw, labels and a mask of 30 x 40 x 80 anisotropic voxels."""
    container = tmp_path / "volume.zarr"
    raw, labels = cubes((30, 40, 80))
    put(container, "raw", raw, OVULE_NM)
    put(container, "labels", labels, OVULE_NM)
    put(container, "mask", np.ones_like(raw), OVULE_NM)
    return container


def make_tiny(run_file: Path, patch: str, **fields: object) -> None:
    """Shrink network and patch, so that a step takes milliseconds."""
    text = run_file.read_text(encoding="utf-8")
    data = load_yaml(text)
    changes = {
        "num_fmaps": 3,
        "fmaps_out": 3,
        "num_data_fetchers": 1,
        "warmup_iterations": 2,
        "snapshot_interval": 4,
        "validation_interval": 1000,
        "num_threads": 1,
        "input_shape": patch,
        "precision": "float32",
        **fields,
    }
    lines = []
    for line in text.splitlines():
        key = line.strip().split(":")[0]
        indent = line[: len(line) - len(line.lstrip())]
        lines.append(f"{indent}{key}: {changes[key]}" if key in changes else line)
    run_file.write_text("\n".join(lines), encoding="utf-8")
    assert load_yaml(run_file.read_text(encoding="utf-8")).keys() == data.keys()


def scores_of(segmentation: Path, labels: Path, *more: object) -> dict[str, Any]:
    result = engine("evaluate", "--segmentation", segmentation, "--labels", labels, *more)
    scores: dict[str, Any] = json.loads(result.stdout)
    return scores


def test_from_init_to_evaluate(tmp_path: Path, volume: Path) -> None:
    run_file, runs = tmp_path / "001.yaml", tmp_path / "runs"
    data = ("--raw", volume / "raw", "--labels", volume / "labels", "--mask", volume / "mask")
    told = engine("init", run_file, *data, "--preset", "tiny").stdout
    assert "30 x 40 x 80" in told
    assert "283.718 x 126.786 x 126.786 nm" in told
    assert "Held back" in told
    make_tiny(run_file, "[8, 16, 16]")
    assert load_yaml(run_file.read_text(encoding="utf-8"))["name"] == "001"

    folder = RunFolder.of(runs, "001")
    words = ("train", run_file, "--runs", runs, "--device", "cpu")
    done = _train_until_terminated(words, folder)
    told = engine(*words, "--num-iterations", done + 2).stdout
    assert f"Finished after {done + 2} iterations." in told
    rows = read_rows(folder.training_stats_file)
    assert [row["iteration"] for row in rows] == list(range(done + 2))
    # The warm-up did not begin again.
    assert rows[-1]["learning_rate"] == rows[1]["learning_rate"]
    status = read_status(folder)
    assert status is not None
    assert (status.state, status.iteration) == (RunState.FINISHED, done + 2)

    output = tmp_path / "result.zarr" / "objects"
    segment = ("segment", folder.path, "--input", volume / "raw", "--device", "cpu")
    engine(*segment, "--output", output)
    written = zarr.open_group(str(output.parent), mode="r")["objects"]
    assert (written.shape, written.attrs["voxel_size"]) == ((30, 40, 80), OVULE_NM)
    judged = ("--segmentation", output, "--labels", volume / "labels", "--mask", volume / "mask")
    scores = json.loads(engine("evaluate", *judged).stdout)
    assert {"voi", "voi_split", "voi_merge", "adapted_rand_error", "ap50"} <= scores.keys()


def _train_until_terminated(words: tuple[object, ...], folder: RunFolder) -> int:
    """Train for a few iterations, end it as ``timeout`` does, and say how many were done."""
    process = subprocess.Popen(
        _command(words),
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until = time.monotonic() + 120
    while len(read_rows(folder.training_stats_file)) < 2:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < until
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGTERM)
    told, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert "Stopped after" in told
    assert "Traceback" not in errors
    assert not folder.lock_file.exists()
    done = len(read_rows(folder.training_stats_file))
    status = read_status(folder)
    assert status is not None
    assert (status.state, status.iteration) == (RunState.STOPPED, done)
    assert max(int(path.name) for path in folder.checkpoints.iterdir()) == done
    return done


def test_devices() -> None:
    found = json.loads(engine("devices", "--json").stdout)
    assert found[-1]["name"] == "cpu"
    assert found[-1]["usable"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("init", "{run}", "--raw", "{none}/raw", "--labels", "{none}/labels"), "does not exist"),
        (("train", "{run}"), "There is no such file"),
        (("train",), "Missing argument 'RUN_FILE'"),
        (("frobnicate",), "No such command"),
    ],
)
def test_bad_input_is_one_line(tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    places = {"run": tmp_path / "run.yaml", "none": tmp_path / "none.zarr"}
    result = engine(*[word.format(**places) for word in words], check=False)
    assert result.returncode == 2
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert sentence in result.stderr
    assert result.stdout == ""
