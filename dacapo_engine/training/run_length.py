"""When a training ends: after its iterations, its time, or when it stops improving."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.budgets.budget_config import TimeBudgetConfig
from dacapo_engine.experiments.budgets.plateau_budget_config import PlateauBudgetConfig
from dacapo_engine.experiments.run import Run
from dacapo_engine.store.atomic import write_text
from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import StatusWriter
from dacapo_engine.training.plateau import ranks_of_rows, stopped_improving
from dacapo_engine.training.time_budget import TimeBudget
from dacapo_engine.yaml_file import to_yaml

__all__ = ["RunLength"]

logger = logging.getLogger(__name__)

_SHARE_FOR_SCORES = 0.1


class RunLength:
    """The end of one session of training, which a budget may bring nearer.

    Parameters
    ----------
    run, folder, status
        What is trained, where it is kept, and who is told.
    validate
        Scores the run after so many iterations; None where it is not scored.

    Attributes
    ----------
    message
        Why it ended before its last iteration; empty if it did not.
    """

    def __init__(
        self,
        run: Run,
        folder: RunFolder,
        status: StatusWriter,
        validate: Callable[[int], None] | None,
    ) -> None:
        self._run = run
        self._folder = folder
        self._status = status
        self._validate = validate
        self._budget = run.config.budget_config
        self._time: TimeBudget | None = None
        self.message = ""
        self._check()
        if isinstance(self._budget, TimeBudgetConfig) and run.config.is_measuring:
            self._time = TimeBudget(self._budget, self._spent())
        self._tell()

    def add_step(self, seconds: float) -> None:
        """Take in how long a step took, with its wait for data."""
        if self._time is not None:
            self._time.add(seconds)

    def after_step(self, done: int) -> None:
        """Turn the time into iterations as soon as the speed is known."""
        if self._time is None or not self._time.is_warm:
            return
        seconds = self._validation_seconds(done, self._time)
        end = self._time.iterations(done, seconds, self._run.validation_interval)
        self._time = None
        self._write_down(end)
        logger.info("%s are %d iterations, %.1f s per validation", self._words(), end, seconds)

    def after_validation(self, done: int) -> None:
        """Find out whether scores still get better."""
        budget = self._budget
        if not isinstance(budget, PlateauBudgetConfig):
            return
        rows = read_rows(self._folder.validation_scores_file)
        ranks = ranks_of_rows(rows, self._run.task.evaluator.rank)
        since = stopped_improving(ranks, budget.patience, budget.least_gain)
        if since is not None:
            self.message = f"the score has not improved since iteration {since:,}"

    def is_reached(self, done: int) -> bool:
        """Whether `done` iterations are all."""
        return bool(self.message) or done >= self._run.train_until

    def _check(self) -> None:
        scored = self._validate is not None and self._run.datasplit.validate
        if isinstance(self._budget, PlateauBudgetConfig) and not scored:
            raise ConfigError(
                "Without anything to be scored on, nobody knows when it stops improving.",
                hint="Hold something back for validation, or give iterations or minutes.",
                place="budget_config",
            )

    def _spent(self) -> float:
        """Seconds that earlier sessions took, as far as their steps tell, and this one so far."""
        earlier = self._run.training_stats.iteration_stats
        begun = time.time() - self._status.status.started
        return begun + sum(stats.time + stats.wait for stats in earlier)

    def _validation_seconds(self, done: int, budget: TimeBudget) -> float:
        """How long a validation takes: one is made, and its scores are the first.

        Where the time is over before there would be a second one, a share of it is kept.
        """
        if self._validate is None or not self._run.datasplit.validate:
            return 0.0
        if budget.iterations(done) < done + self._run.validation_interval:
            return _SHARE_FOR_SCORES * budget.seconds
        begun = time.monotonic()
        self._validate(done)
        return time.monotonic() - begun

    def _write_down(self, end: int) -> None:
        config = self._run.config
        budget = config.budget_config
        if isinstance(budget, TimeBudgetConfig):
            config = config.replace(budget_config=budget.replace(iterations=end))
        self._run.change_length(config)
        write_text(self._folder.run_file, to_yaml(config))
        self._tell()

    def _words(self) -> str:
        return self._budget.words if self._budget is not None else "all iterations"

    def _tell(self) -> None:
        """Say in the status how long it takes, and how sure that is."""
        measuring = self._run.config.is_measuring
        is_time = isinstance(self._budget, TimeBudgetConfig)
        self._status.update(
            num_iterations=0 if measuring else self._run.train_until,
            num_iterations_is="about" if is_time else "at most" if self._budget else "exact",
            budget=self._words() if self._budget is not None else "",
        )
