"""How long steps, validations and the whole run take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from dacapo_engine.checks.finding import Finding
from dacapo_engine.checks.size_words import seconds_words
from dacapo_engine.experiments.budgets.budget_config import TimeBudgetConfig
from dacapo_engine.experiments.budgets.plateau_budget_config import PlateauBudgetConfig
from dacapo_engine.experiments.run_config import RunConfig

__all__ = ["Pace", "check_speed", "check_time", "iterations_in_budget"]

_LONG, _STARVED = 2 * 86_400, 1.5


@dataclass(frozen=True)
class Pace:
    """How fast a run is.

    Attributes
    ----------
    step, data
        Seconds of a step, and of preparing its samples in one process.
    validation
        Seconds of a validation.
    workers, cores
        Processes that prepare samples, and what they share with the rest.
    on_processor
        Whether steps need the cores, too.
    """

    step: float
    data: float
    validation: float
    workers: int
    cores: int
    on_processor: bool

    @property
    def iteration(self) -> float:
        """Seconds per iteration, when samples are prepared while steps are made."""
        if self.workers == 0:
            return self.step + self.data
        parallel = max(self.step, self.data / min(self.workers, self.cores))
        if not self.on_processor:
            return parallel
        return max(parallel, self.step + self.data / self.cores)


def check_speed(pace: Pace) -> Iterator[Finding]:
    """Seconds per iteration, and whether steps wait for their data."""
    text = (
        f"{seconds_words(pace.iteration)} per iteration: {seconds_words(pace.step)} for the step, "
        f"{seconds_words(pace.data)} for its samples, prepared by {_workers(pace.workers)}."
    )
    more = min(pace.cores - 1, 8)
    if pace.iteration > _STARVED * pace.step and pace.workers < more:
        hint = "The device would wait for data; more data workers prepare it at the same time."
        button = f"Use {_workers(more)}"
        yield Finding("speed", "amber", text, hint, "workers", button, more)
    else:
        yield Finding("speed", "green", text)


def iterations_in_budget(config: RunConfig, pace: Pace) -> int:
    """How many iterations a run makes, or makes at most."""
    budget = config.budget_config
    if not isinstance(budget, TimeBudgetConfig) or not config.is_measuring:
        return config.train_until
    left = budget.seconds(datetime.now()) - pace.validation
    each = pace.iteration + pace.validation / config.validation_interval
    return max(1, min(config.num_iterations, int(left / max(each, 1e-9))))


def check_time(config: RunConfig, pace: Pace) -> tuple[Finding, dict[str, float]]:
    """How long the run takes, validations included."""
    count = iterations_in_budget(config, pace)
    scored = count // config.validation_interval + (count % config.validation_interval > 0)
    validations = scored if pace.validation else 0
    seconds = count * pace.iteration + validations * pace.validation
    figures = {"iterations": count, "seconds": seconds, "num_validations": validations}
    most = "At most" if isinstance(config.budget_config, PlateauBudgetConfig) else "About"
    text = f"{most} {seconds_words(seconds)} for {count:,} iterations{_scoring(validations, pace)}."
    if seconds > _LONG:
        hint = "Give it a time, or use a smaller model."
        return Finding("time", "amber", text, hint), figures
    return Finding("time", "green", text), figures


def _scoring(validations: int, pace: Pace) -> str:
    if not validations:
        return ""
    each = seconds_words(pace.validation)
    return f" and {validations} validation{'s' * (validations != 1)} of about {each}"


def _workers(count: int) -> str:
    return f"{count} data worker{'s' * (count != 1)}" if count else "the training itself"
