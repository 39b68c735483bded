"""``dacapo-engine train``."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from dacapo_engine.cli.options import MINUTES
from dacapo_engine.cli.progress import TrainingProgress

if TYPE_CHECKING:
    from dacapo_engine.experiments.run_config import RunConfig

__all__ = ["train"]


@click.command()
@click.argument("run_file", type=click.Path(path_type=Path))
@click.option("--runs", type=click.Path(path_type=Path), help="The folder that holds all runs.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda:N or mps.")
@click.option("--num-iterations", type=click.IntRange(1, 10**9), help="Train until here instead.")
@click.option("--minutes", type=MINUTES, help="Train for so long instead, validations included.")
def train(
    run_file: Path,
    runs: Path | None,
    device: str,
    num_iterations: int | None,
    minutes: float | None,
) -> None:
    """Start the run of RUN_FILE, or go on with it.

    Ctrl-C and SIGTERM finish the step and keep the weights.
    """
    from dacapo_engine.store.run_folder import RunFolder, default_runs_folder

    config = _read(run_file)
    if minutes is not None:
        config = config.lasting(minutes, num_iterations)
    elif num_iterations is not None:
        config = config.replace(num_iterations=num_iterations, budget_config=None)
    folder = runs if runs is not None else default_runs_folder()
    click.echo(f"Run {config.name} in {RunFolder.of(folder, config.name).path}")
    stop = _stop_on_signals()
    from dacapo_engine.experiments.run import Run
    from dacapo_engine.train import train_run

    run = Run(config)
    with TrainingProgress(lambda: None if run.config.is_measuring else run.train_until) as progress:
        train_run(
            run, runs=folder, device=device, should_stop=stop.is_set, on_iteration=progress.show
        )
    state = "Stopped" if stop.is_set() else "Finished"
    click.echo(f"{state} after {run.training_stats.trained_until()} iterations.")


def _read(run_file: Path) -> RunConfig:
    from dacapo_engine.experiments.run_config import RunConfig
    from dacapo_engine.yaml_file import read_config

    return read_config(run_file, RunConfig)


def _stop_on_signals() -> threading.Event:
    """An event that the first SIGINT or SIGTERM sets; a second one ends the process at once."""
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    return stop
