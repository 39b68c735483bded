"""Checks a run before it starts: one real batch, a few real steps, and what they mean."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path

import psutil
import torch

from dacapo_engine.checks.data_check import check_fit, check_labelled
from dacapo_engine.checks.disk_check import check_disk, disk_needed, free_on_disk
from dacapo_engine.checks.finding import CheckReport, Finding, Fix
from dacapo_engine.checks.memory_check import check_memory, check_workers, out_of_memory
from dacapo_engine.checks.patch_check import check_balance, check_patches
from dacapo_engine.checks.time_check import Pace, check_speed, check_time
from dacapo_engine.checks.trial import Trial, attempt
from dacapo_engine.checks.validation_time import validation_seconds
from dacapo_engine.devices import choose_device
from dacapo_engine.errors import DacapoError, OutOfMemoryError
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.setup.network_presets import PRESETS
from dacapo_engine.setup.setup_run import check_volumes
from dacapo_engine.store.run_folder import default_runs_folder
from dacapo_engine.store.writable import make_writable_folder
from dacapo_engine.training.failure_words import describe_failure

__all__ = ["Limits", "preflight"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """What there is to use; None for what is found free."""

    disk_bytes: int | None = None
    memory_bytes: int | None = None


def preflight(
    config: RunConfig,
    runs: Path | str | None = None,
    device: str = "auto",
    limits: Limits | None = None,
) -> CheckReport:
    """Make a few steps of `config`, and say what starting it would mean.

    Nothing is stored. Run it in a process that ends: what it took of a graphics card comes back
    only then.

    Parameters
    ----------
    runs
        The folder in which the run would be kept; `default_runs_folder` if None.
    limits
        Less disk and memory than there is.
    """
    check = _Check(config, Path(runs) if runs is not None else default_runs_folder(), limits)
    try:
        check.everything(device)
    except DacapoError as error:
        check.findings.append(_of_error(config, error))
    except Exception as error:
        # Whatever a step of the training raises would have ended the training.
        logger.exception("the check failed")
        check.findings.append(_of_error(config, describe_failure(error)))
    return CheckReport(tuple(check.findings), check.figures)


class _Check:
    """Asks one question after the other; the first that fails ends it."""

    def __init__(self, config: RunConfig, runs: Path, limits: Limits | None) -> None:
        self._config = config
        self._runs = runs
        self._limits = limits or Limits()
        self.findings: list[Finding] = []
        self.figures: dict[str, float] = {}

    def everything(self, device: str) -> None:
        make_writable_folder(
            self._runs,
            "runs folder",
            "Choose another runs folder, or make this one writable.",
        )
        chosen = choose_device(device)
        if chosen.type == "cpu" and self._config.num_threads is not None:
            torch.set_num_threads(self._config.num_threads)
        process_bytes = psutil.Process().memory_info().rss
        run = Run(_without_workers(self._config), load_starter_model=False)
        self._data(run)
        trial = attempt(run, chosen)
        self._patches(trial)
        self._memory(trial, chosen, process_bytes)
        count = self._time(run, trial, chosen)
        needed = disk_needed(run, trial, count)
        free = self._limits.disk_bytes
        free = free_on_disk(self._runs) if free is None else free
        self._keep(check_disk(needed, free, self._runs), disk_bytes=needed, free_disk_bytes=free)

    def _data(self, run: Run) -> None:
        check_volumes(run.config)
        run.task.check_labels(run.datasplit.train)
        self.findings += check_fit(run.datasplit.train, run.datasplit.validate)
        finding, figures = check_labelled(run.datasplit.train)
        self._keep(finding, **figures)

    def _patches(self, trial: Trial) -> None:
        finding, figures = check_patches(trial.patches)
        self._keep(finding, **figures)
        findings, figures = check_balance(trial.patches)
        self.findings += findings
        self.figures |= figures

    def _memory(self, trial: Trial, device: torch.device, process_bytes: int) -> None:
        free = trial.free_bytes if self._limits.memory_bytes is None else self._limits.memory_bytes
        finding = check_memory(self._config, str(device), trial.peak_bytes, free)
        self._keep(finding, peak_bytes=trial.peak_bytes, free_bytes=free)
        left = psutil.virtual_memory().available
        self.findings += check_workers(_workers(self._config), process_bytes, left)

    def _time(self, run: Run, trial: Trial, device: torch.device) -> int:
        pace = Pace(
            trial.step_seconds,
            trial.data_seconds,
            validation_seconds(run, trial),
            _workers(self._config),
            os.cpu_count() or 1,
            device.type == "cpu",
        )
        self.findings += check_speed(pace)
        finding, figures = check_time(self._config, pace)
        self._keep(
            finding,
            seconds_per_iteration=pace.iteration,
            step_seconds=pace.step,
            data_seconds=pace.data,
            validation_seconds=pace.validation,
            **figures,
        )
        return int(figures["iterations"])

    def _keep(self, finding: Finding, **figures: float) -> None:
        self.findings.append(finding)
        self.figures |= figures


def _without_workers(config: RunConfig) -> RunConfig:
    """Starting processes takes longer than the whole check."""
    if "num_data_fetchers" not in type(config.trainer_config).model_fields:
        return config
    return config.replace(trainer_config=config.trainer_config.replace(num_data_fetchers=0))


def _workers(config: RunConfig) -> int:
    return int(getattr(config.trainer_config, "num_data_fetchers", 0))


def _of_error(config: RunConfig, error: DacapoError) -> Finding:
    if isinstance(error, OutOfMemoryError):
        return out_of_memory(config, error.message)
    fix: Fix | None = None
    button = ""
    if _is_too_large_a_patch(config, error):
        fix, button = "tiny", "Use the tiny model"
    elif error.code == "store":
        fix, button = "folder", "Choose another folder"
    name = {"device": "device", "config": "settings", "store": "disk"}.get(error.code, "data")
    return Finding(name, "red", error.message, error.hint, fix, button)


def _is_too_large_a_patch(config: RunConfig, error: DacapoError) -> bool:
    """Whether a smaller patch would do; a turned one asks for much more than it shows."""
    features = getattr(config.architecture_config, "num_fmaps", 0)
    if features <= PRESETS["tiny"].num_fmaps:
        return False
    return "the model reads" in error.message or error.place == "trainer_config.min_masked"
