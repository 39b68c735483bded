"""The errand that watches one place while a run trains."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from dacapo_engine.errors import DacapoError
from dacapo_engine.store.control import Verb, take_parameters
from dacapo_engine.store.rows import append_row, read_rows, rewrite_rows
from dacapo_engine.time_lapse.frame import finds_objects, look_at, raw_as_seen, true_objects
from dacapo_engine.time_lapse.pace import Pace
from dacapo_engine.time_lapse.region import Region, choose_region, moved_region
from dacapo_engine.time_lapse.series import FrameSeries, remove_series
from dacapo_engine.time_lapse.steady_ids import SteadyIds

if TYPE_CHECKING:
    from dacapo_engine.experiments.run import Run
    from dacapo_engine.store.run_folder import RunFolder

__all__ = ["FixedRegion"]

logger = logging.getLogger(__name__)

Row = dict[str, Any]

_KEPT_SERIES = 4
_MOST_FAILURES = 3


class FixedRegion:
    """Predicts a fixed region now and then, and stores what it saw: an `Errand`.

    Asked for ``region`` by a control file, it goes to another place, where a new series of frames
    begins; without parameters it looks once more where it is. The last four series are kept.

    Parameters
    ----------
    run, folder
        What is trained, and where it is kept.
    session
        By which control files address this training.
    """

    def __init__(self, run: Run, folder: RunFolder, session: str) -> None:
        self._run = run
        self._folder = folder
        self._session = session
        self._pace = self._new_pace()
        self._region: Region | None = None
        self._series: FrameSeries | None = None
        self._ids: SteadyIds | None = None
        self._frames = 0
        self._trained = 0.0
        self._step = 0
        self._failures = 0
        self._told_to_wait = False

    def begin(self) -> None:
        """Go on where the frames end, or choose a place and look at it before the first step."""
        self._step = self._run.trainer.iteration
        self._trained = sum(s.time + s.wait for s in self._run.training_stats.iteration_stats)
        rows = [row for row in read_rows(self._folder.fixed_region_file) if "index" in row]
        if rows and self._take_up(rows):
            return
        self._watch(choose_region(self._run), _next_number(rows))
        self._look(self._step)

    def after_step(self, iteration: int) -> None:
        """Do what is asked for, then look if it is time."""
        if iteration <= self._step:
            # A training that went back to its checkpoint has dropped what came after it.
            self.begin()
        last = self._run.training_stats.iteration_stats[-1]
        self._trained += last.time + last.wait
        self._step = iteration
        wish = take_parameters(self._folder, self._session, Verb.REGION)
        if wish is not None:
            self._obey(wish, iteration)
        elif self._pace.is_due(iteration, self._run.train_until, self._trained):
            self._look(iteration)
        if self._pace.waits and not self._told_to_wait:
            self._told_to_wait = True
            logger.info(
                "the fixed region takes %.2f s; it is predicted less often than asked for, so that "
                "training is not slowed down by more than 3 %%",
                self._pace.cost,
            )

    def _new_pace(self) -> Pace:
        return Pace(max(1, self._run.config.time_lapse_frames))

    def _take_up(self, rows: list[Row]) -> bool:
        region = Region.of_row(rows[-1])
        series = self._series_of(region, int(rows[-1]["series"]))
        if not series.is_there():
            return False
        self._pace = self._new_pace()
        for row in rows:
            self._pace.took(int(row["iteration"]), float(row["trained"]), float(row["seconds"]))
        self._region, self._series = region, series
        self._frames = sum(row["series"] == series.number for row in rows)
        self._ids = SteadyIds(series.read("gt"))
        self._ids.remember(series.read("segmentation", self._frames - 1))
        return True

    def _watch(self, region: Region, number: int) -> None:
        """Begin a series of frames of `region`."""
        raw, truth = raw_as_seen(region, self._run), true_objects(region, self._run)
        series = self._series_of(region, number)
        series.begin(raw, truth, self._run.task.predictor.overview_title)
        self._region, self._series, self._frames = region, series, 0
        self._ids = SteadyIds(truth)
        self._forget_old_series(number)
        logger.info(
            "fixed region: %s voxels from %s of %s%s",
            " x ".join(map(str, region.shape)),
            ", ".join(map(str, region.offset)),
            region.dataset,
            ", held back from training" if region.held_back else "",
        )

    def _obey(self, wish: Mapping[str, Any], iteration: int) -> None:
        if self._region is not None and wish:
            try:
                region = moved_region(self._run, self._region, wish)
            except DacapoError as error:
                self._tell_problem(error, iteration)
                return
            if region != self._region:
                number = self._series.number if self._series is not None else -1
                self._watch(region, number + 1)
        self._look(iteration)

    def _look(self, iteration: int) -> None:
        if self._region is None or self._series is None or self._ids is None:
            return
        began = time.perf_counter()
        try:
            boundary, objects = look_at(self._region, self._run, self._folder)
        except (DacapoError, torch.OutOfMemoryError) as error:
            self._failures += 1
            self._tell_problem(error, iteration)
            if self._failures >= _MOST_FAILURES:
                raise
            self._pace.took(iteration, self._trained, time.perf_counter() - began)
            return
        self._failures = 0
        steady = self._ids.rename(objects) if finds_objects(self._run) else objects
        self._series.write(self._frames, boundary, steady)
        self._frames += 1
        seconds = time.perf_counter() - began
        self._pace.took(iteration, self._trained, seconds)
        self._record(iteration, seconds, _count(steady))

    def _record(self, iteration: int, seconds: float, objects: int) -> None:
        if self._region is None or self._series is None:
            return
        row = {
            "series": self._series.number,
            "index": self._frames - 1,
            "iteration": iteration,
            "time": time.time(),
            "trained": round(self._trained, 3),
            "seconds": round(seconds, 4),
            "objects": objects,
            "dataset": self._region.dataset,
            "held_back": self._region.held_back,
            "offset": list(self._region.offset),
            "shape": list(self._region.shape),
        }
        append_row(self._folder.fixed_region_file, row)

    def _tell_problem(self, error: Exception, iteration: int) -> None:
        logger.warning("the fixed region was not predicted: %s", error)
        words = error.message if isinstance(error, DacapoError) else "The device ran out of memory."
        row = {"iteration": iteration, "time": time.time(), "problem": words}
        append_row(self._folder.fixed_region_file, row)

    def _series_of(self, region: Region, number: int) -> FrameSeries:
        raw = region.find_dataset(self._run).raw
        container = self._folder.fixed_region_container
        return FrameSeries(container, number, raw.grid.cropped(region.box), tuple(raw.spatial_axes))

    def _forget_old_series(self, number: int) -> None:
        rows = read_rows(self._folder.fixed_region_file)
        kept = [row for row in rows if row.get("series", number) > number - _KEPT_SERIES]
        for old in {row["series"] for row in rows if "series" in row} - {
            row["series"] for row in kept if "series" in row
        }:
            remove_series(self._folder.fixed_region_container, int(old))
        if len(kept) < len(rows):
            rewrite_rows(self._folder.fixed_region_file, kept)


def _next_number(rows: list[Row]) -> int:
    return 1 + max((int(row["series"]) for row in rows), default=-1)


def _count(objects: Any) -> int:
    return int(np.count_nonzero(np.unique(objects)))
