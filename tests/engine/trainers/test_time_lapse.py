"""The fixed region of a training: frames when they are due, moved on request, kept over a stop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from PIL import Image

from dacapo_engine.cli import main
from dacapo_engine.errors import ConfigError, NotFoundError
from dacapo_engine.experiments.datasplits.datasets.arrays import CropArrayConfig, RegionConfig
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks import DistanceTaskConfig, OneHotTaskConfig
from dacapo_engine.store.control import Verb, ask
from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import read_status
from dacapo_engine.time_lapse.region import choose_region, moved_region
from dacapo_engine.time_lapse.stored_series import frames_of, open_series
from dacapo_engine.train import train_run

LEARNT = RegionConfig(offset=(0, 0, 0), shape=(24, 28, 24), unit="voxels")
HELD = RegionConfig(offset=(0, 0, 24), shape=(24, 28, 16), unit="voxels")


@pytest.fixture
def held_back(run_config: RunConfig) -> RunConfig:
    """Scored on labels that nothing is learnt from."""
    split = run_config.datasplit_config

    def cropped(dataset: Any, roi: RegionConfig) -> tuple[Any]:
        crop = CropArrayConfig(source_array_config=dataset.gt_config, roi=roi)
        return (dataset.replace(gt_config=crop),)

    apart = split.replace(
        train_configs=cropped(split.train_configs[0], LEARNT),
        validate_configs=cropped(split.validate_configs[0], HELD),
    )
    return run_config.replace(datasplit_config=apart)


def go(config: RunConfig, runs: Path, **options: Any) -> RunFolder:
    train_run(Run(config), runs=runs, device="cpu", **({"validate": False} | options))
    return RunFolder.of(runs, "try")


def rows_of(folder: RunFolder) -> list[tuple[int, int, int]]:
    frames = frames_of(read_rows(folder.fixed_region_file))
    return [(frame.series, frame.index, frame.iteration) for frame in frames]


def test_a_training_is_watched_from_before_its_first_step_to_its_end(
    tmp_path: Path, held_back: RunConfig
) -> None:
    seen: list[int] = []
    folder = RunFolder.of(tmp_path, "try")

    def read_along(stats: Any) -> None:
        series = open_series(folder)
        seen.append(len(series.frames))
        assert series.objects(series.frames[-1]).shape == series.raw.shape

    go(held_back, tmp_path, on_iteration=read_along)
    assert seen == [1] * 6
    assert rows_of(folder) == [(0, 0, 0), (0, 1, 6)]
    series = open_series(folder)
    first, last = series.frames
    assert first.held_back
    assert first.offset[2] >= 24
    assert not np.array_equal(series.boundary(first), series.boundary(last))
    begin = [slice(b, b + n) for b, n in zip(first.offset, first.shape, strict=True)]
    stored = zarr.open_group(str(tmp_path / "volume.zarr"), mode="r")
    np.testing.assert_array_equal(series.truth > 0, np.asarray(stored["labels"])[tuple(begin)] > 0)
    attributes = dict(series.open("segmentation").attrs)
    assert attributes["axis_names"] == ["frame", "z", "y", "x"]
    sizes = np.array([283.718, 126.786, 126.786])
    np.testing.assert_allclose(
        attributes["offset"], np.array([0, 1267.86, 0]) + sizes * first.offset
    )


def test_it_leaves_the_training_as_it_was(tmp_path: Path, run_config: RunConfig) -> None:
    losses = []
    for number, frames in enumerate((0, 50)):
        folder = go(run_config.replace(time_lapse_frames=frames), tmp_path / str(number))
        losses.append([row["loss"] for row in read_rows(folder.training_stats_file)])
        assert folder.fixed_region_file.exists() == bool(frames)
    assert losses[0] == losses[1]


def test_it_goes_where_it_is_asked_to(tmp_path: Path, held_back: RunConfig) -> None:
    folder = RunFolder.of(tmp_path, "try")
    wishes: dict[int, Any] = {
        1: {"offset": (4, 0, 3), "shape": (8, 16, 16)},
        2: None,
        3: {"offset": [1, 2]},
        4: {"offset": [90, -5, 0], "shape": [8, 12, 500]},
    }

    def on_iteration(stats: Any) -> None:
        status = read_status(folder)
        if stats.iteration in wishes and status is not None:
            ask(folder, status.session, Verb.REGION, wishes[stats.iteration])

    go(held_back, tmp_path, on_iteration=on_iteration)
    told = read_rows(folder.fixed_region_file)
    assert rows_of(folder) == [(0, 0, 0), (1, 0, 2), (1, 1, 3), (2, 0, 5), (2, 1, 6)]
    (problem,) = [row["problem"] for row in told if "problem" in row]
    assert "3 numbers" in problem
    moved, pushed = (open_series(folder, number).frames[0] for number in (1, 2))
    assert moved.offset == (4, 0, 4)
    assert not moved.held_back
    assert (pushed.offset, pushed.shape) == ((16, 0, 0), (8, 12, 40))
    assert open_series(folder, 0).frames[0].held_back


def test_a_stopped_run_goes_on_with_the_same_place(tmp_path: Path, held_back: RunConfig) -> None:
    config = held_back.replace(checkpoint_interval=2)
    seen: list[Any] = []
    options: dict[str, Callable[..., Any]] = {
        "on_iteration": seen.append,
        "should_stop": lambda: len(seen) >= 4,
    }
    folder = go(config, tmp_path, **options)
    place = open_series(folder).frames[0].offset
    go(config, tmp_path)
    assert rows_of(folder) == [(0, 0, 0), (0, 1, 6)]
    # As after a crash: the frame after six steps is newer than the newest weights.
    for path in folder.checkpoints.iterdir():
        if int(path.name) > 4:
            path.unlink()
    go(config.replace(num_iterations=5), tmp_path)
    assert rows_of(folder) == [(0, 0, 0), (0, 1, 5)]
    series = open_series(folder)
    assert series.frames[0].offset == place
    assert len(series.open("boundary")) == 2


def test_crowded_places_that_are_held_back_come_first(held_back: RunConfig) -> None:
    region = choose_region(Run(held_back))
    assert region.held_back
    # As far as the labels are held back: 16 voxels wide, the volume being 40.
    assert (region.offset[2], region.shape[2]) == (24, 16)
    around = moved_region(Run(held_back), region, {"center": [12, 4, 20]})
    assert (around.offset, around.shape) == ((10, 0, 0), (4, 28, 40))
    with pytest.raises(ConfigError, match="no dataset 'none'"):
        moved_region(Run(held_back), region, {"offset": (0, 0, 0), "dataset": "none"})


def test_other_tasks_are_watched_too(tmp_path: Path, run_config: RunConfig) -> None:
    distance = DistanceTaskConfig(channels=("cube",), scale_factor=300, mask_distances=False)
    one_hot = OneHotTaskConfig(classes=("background", "cube"))
    for number, task in enumerate((distance, one_hot)):
        config = run_config.replace(num_iterations=1, task_config=task)
        folder = go(config, tmp_path / str(number))
        series = open_series(folder)
        assert series.title == "foreground"
        assert len(series.frames) == 2
        assert 0 < series.boundary(series.frames[-1]).mean() < 255


def test_a_film_of_it(tmp_path: Path, held_back: RunConfig) -> None:
    with pytest.raises(NotFoundError, match="no time lapse"):
        open_series(RunFolder(tmp_path / "none"))
    folder = go(held_back, tmp_path)
    for name in ("film.gif", "film.webp"):
        main(["film", str(folder.path), "-o", str(tmp_path / name)])
        with Image.open(tmp_path / name) as film:
            pictures = []
            for number in range(film.n_frames):
                film.seek(number)
                pictures.append(np.asarray(film.convert("RGB")))
        assert len(pictures) == 2
        assert (pictures[0] != pictures[1]).any()
    with pytest.raises(SystemExit):
        main(["film", str(folder.path), "-o", str(tmp_path / "film.doc")])
