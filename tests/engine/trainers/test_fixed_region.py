"""Where a fixed region lies, when it is looked at, and how its objects keep their colours."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dacapo_engine.experiments.datasplits.datasets import RawGTDataset
from dacapo_engine.experiments.datasplits.datasets.arrays import NumpyArray
from dacapo_engine.time_lapse import crowded_box
from dacapo_engine.time_lapse.crowded_box import CrowdedBox, most_crowded_box
from dacapo_engine.time_lapse.labels_on_raw import labelled_voxels, read_labels
from dacapo_engine.time_lapse.pace import Pace
from dacapo_engine.time_lapse.steady_ids import SteadyIds

OnGrid = Callable[..., NumpyArray]


def test_the_crowd_is_found() -> None:
    labels = np.zeros((20, 60, 60), int)
    labels[2:8, 5:30, 5:30] = 1
    corners = itertools.product((9, 14), (32, 40, 48), (32, 40, 48))
    for number, (z, y, x) in enumerate(corners, 2):
        labels[z : z + 4, y : y + 6, x : x + 6] = number

    def crowd(begin: tuple[int, ...], end: tuple[int, ...]) -> CrowdedBox:
        return most_crowded_box(lambda box: labels[box], begin, end, (8, 24, 24), (4, 4, 4))

    found = crowd((0, 0, 0), labels.shape)
    assert (found.objects, found.begin) == (18, (8, 32, 32))
    inside = crowd((0, 2, 3), (20, 31, 31))
    assert inside.objects == 1
    assert all(a <= b <= c for a, b, c in zip((0, 2, 3), inside.begin, (12, 7, 7), strict=True))


def test_a_large_volume_is_not_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowded_box, "_MOST_VOXELS_READ", 50 * 8**3)
    read: list[Any] = []

    def look(box: tuple[slice, ...]) -> np.ndarray:
        read.append(box)
        return np.full([part.stop - part.start for part in box], box[0].start + 1)

    most_crowded_box(look, (0, 0, 0), (400, 400, 400), (8, 8, 8), (1, 1, 1))
    assert 50 <= len(read) <= 50 + 3**3
    assert np.ptp([box[0].start for box in read]) > 300


@pytest.mark.parametrize("factor", [1, 2, 0.5])
def test_labels_coarser_or_finer_than_raw(on_grid: OnGrid, factor: float) -> None:
    raw = on_grid(np.zeros((8, 12, 16), np.float32))
    shape = tuple(int(n / factor) for n in (8, 12, 8))
    ids = np.indices(shape).sum(axis=0).astype(np.uint32) + 1
    begin = tuple(int(n / factor) for n in (0, 0, 4))
    gt = on_grid(ids, (8 * factor,) * 3, offset=begin)
    dataset = RawGTDataset.from_arrays("one", raw, gt)
    assert labelled_voxels(dataset) == ([0, 0, 4], [8, 12, 12])
    labels = read_labels(dataset, (slice(0, 8), slice(2, 12), slice(0, 16)))
    assert (labels[..., :4] == 0).all()
    assert (labels[..., 12:] == 0).all()
    picked = np.ix_(*(np.floor((np.arange(n) + 0.5) / factor).astype(int) for n in (8, 12, 8)))
    np.testing.assert_array_equal(labels[..., 4:12], ids[picked][:, 2:])


def test_objects_keep_their_ids() -> None:
    truth = np.zeros((4, 12), np.uint32)
    truth[:, :4], truth[:, 5:9] = 1, 2
    ids = SteadyIds(truth)
    merged = ids.rename((truth > 0) * 9)
    assert set(np.unique(merged)) == {0, 1}
    split = truth.copy()
    split[:, :2], split[:, 10:] = 7, 5
    first = ids.rename(split)
    assert first[0, 6] == 2
    assert {int(first[0, 1]), int(first[0, 3])} == {1, 4}
    assert first[0, 11] == 3
    again = ids.rename(np.where(split == 5, 40, split))
    np.testing.assert_array_equal(again, first)


def frames_taken(pace: Pace, num_iterations: int, step: float, cost: float) -> list[int]:
    """After which steps of `step` seconds a frame is taken."""
    pace.took(0, 0.0, cost)
    taken = [0]
    for iteration in range(1, num_iterations + 1):
        if pace.is_due(iteration, num_iterations, iteration * step):
            pace.took(iteration, iteration * step, cost)
            taken.append(iteration)
    return taken


def test_the_pace_of_a_long_run() -> None:
    pace = Pace(50)
    taken = frames_taken(pace, 10_000, 0.5, 0.2)
    assert taken[:4] == [0, 20, 60, 120]
    assert set(range(200, 10_001, 200)) <= set(taken)
    assert len(taken) < 65
    assert not pace.waits


def test_the_pace_never_holds_up_training_by_more_than_3_percent() -> None:
    pace = Pace(50)
    taken = frames_taken(pace, 1000, 0.2, 1.5)
    assert pace.waits
    assert taken[-1] == 1000
    assert (len(taken) - 2) * 1.5 <= 2 + 0.03 * 200


def test_the_first_minute_is_seen_on_a_slow_machine_too() -> None:
    taken = frames_taken(Pace(50), 120, 1.0, 1.2)
    assert [step for step in taken if step <= 60] == [0, 10, 30, 60]


def test_a_run_without_a_known_end_is_watched_too() -> None:
    taken = frames_taken(Pace(50), 1_000_000, 0.1, 0.1)[:40]
    times = np.array(taken[5:], dtype=float) * 0.1
    assert (times[1:] / times[:-1] < 1.3).all()
