"""Curves of runs to compare: histories of any length are read in bounded time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari.loss_plot import OverlayCurve
from dacapo_napari.runs.run_follower import number, validation_points

__all__ = ["read_curve", "read_curves"]

_WHOLE_BYTES = 2 * 2**20
_SAMPLES = 1000
_SAMPLE_BYTES = 4096


def read_curves(folders: Sequence[RunFolder]) -> dict[str, OverlayCurve]:
    """The curves of several runs by name; those that have no history are left out."""
    curves = {folder.name: read_curve(folder) for folder in folders}
    return {name: curve for name, curve in curves.items() if len(curve.losses)}


def read_curve(folder: RunFolder) -> OverlayCurve:
    """Losses and validations of a run.

    Of a history longer than two megabytes, a thousand places at even distances are read; each
    point is then the average of a dozen iterations or more.
    """
    table = np.array(list(_losses(folder.training_stats_file)), dtype=np.float64).reshape(-1, 2)
    points = validation_points(read_rows(folder.validation_scores_file))
    return OverlayCurve(table[:, 0], table[:, 1], points)


def _losses(path: Path) -> Iterator[tuple[float, float]]:
    try:
        size = path.stat().st_size
        if size <= _WHOLE_BYTES:
            yield from map(_pair, read_rows(path))
        else:
            yield from _sampled(path, size)
    except OSError:
        return


def _sampled(path: Path, size: int) -> Iterator[tuple[float, float]]:
    last = -1.0
    with path.open("rb") as file:
        for start in np.linspace(0, size - _SAMPLE_BYTES, _SAMPLES).astype(int):
            file.seek(int(start))
            # The first line has begun before, and the last one may go on.
            lines = file.read(_SAMPLE_BYTES).split(b"\n")[1:-1]
            pairs = [pair for line in lines if (pair := _parsed(line)) and pair[0] > last]
            if pairs:
                iterations, losses = np.array(pairs).T
                last = iterations[-1]
                finite = losses[np.isfinite(losses)]
                yield float(iterations.mean()), float(finite.mean()) if finite.size else np.nan


def _parsed(line: bytes) -> tuple[float, float] | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return _pair(row) if isinstance(row, dict) else None


def _pair(row: dict[str, object]) -> tuple[float, float]:
    return number(row.get("iteration")), number(row.get("loss"))
