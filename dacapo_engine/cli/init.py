"""``dacapo-engine init``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dacapo_engine.cli.options import ARRAY, AXES
from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)

if TYPE_CHECKING:
    from dacapo_engine.experiments.run_config import RunConfig
    from dacapo_engine.presets import PresetName, TaskName
    from dacapo_engine.setup_run import Setup

__all__ = ["init"]


@click.command()
@click.argument("run_file", type=click.Path(path_type=Path))
@click.option("--raw", type=ARRAY, required=True, help="The image.")
@click.option("--labels", type=ARRAY, required=True, help="Its objects, 0 is background.")
@click.option("--mask", type=ARRAY, help="Labels count where it is above 0.")
@click.option("--validation-raw", type=ARRAY, help="An image to be scored on.")
@click.option("--validation-labels", type=ARRAY, help="Its objects.")
@click.option("--axes", type=AXES, help="What the axes of raw are, such as zyx, syx or czyx.")
@click.option(
    "--task",
    type=click.Choice(["affinities", "distance", "hot_distance", "one_hot"]),
    default="affinities",
    show_default=True,
    help="What to find: objects (affinities, distance) or classes (hot_distance, one_hot).",
)
@click.option(
    "--preset",
    type=click.Choice(["auto", "tiny", "small", "medium", "large"]),
    default="auto",
    show_default=True,
)
@click.option("--num-iterations", type=click.IntRange(1, 10**9), help="How long to train.")
@click.option("--name", help="Name of the run; that of the file if not given.")
def init(
    run_file: Path,
    raw: LocalArrayIdentifier,
    labels: LocalArrayIdentifier,
    mask: LocalArrayIdentifier | None,
    validation_raw: LocalArrayIdentifier | None,
    validation_labels: LocalArrayIdentifier | None,
    axes: tuple[str, ...] | None,
    task: TaskName,
    preset: PresetName,
    num_iterations: int | None,
    name: str | None,
) -> None:
    """Write a complete run file with defaults derived from the data."""
    if (validation_raw is None) != (validation_labels is None):
        raise ConfigError(
            "--validation-raw and --validation-labels belong together; only one was given."
        )
    from dacapo_engine.devices import choose_device
    from dacapo_engine.setup_run import VolumeFiles, set_up_run
    from dacapo_engine.store.atomic import write_text
    from dacapo_engine.store.run_folder import check_run_name
    from dacapo_engine.store.writable import make_writable_folder
    from dacapo_engine.yaml_file import to_yaml

    make_writable_folder(run_file.absolute().parent)
    validation = None
    if validation_raw is not None and validation_labels is not None:
        validation = VolumeFiles(validation_raw, validation_labels, None, axes)
    setup = set_up_run(
        VolumeFiles(raw, labels, mask, axes),
        validation,
        name=check_run_name(name if name is not None else run_file.stem),
        preset=preset,
        num_iterations=num_iterations,
        device=choose_device("auto").type,
    )
    write_text(run_file, to_yaml(_with_task(setup, task)))
    _tell(setup, run_file)


def _with_task(setup: Setup, task: TaskName) -> RunConfig:
    """The run with another task than the one that is suggested by itself."""
    if task == "affinities":
        return setup.config
    from dacapo_engine.task_presets import suggest_class_task

    return setup.config.replace(task_config=suggest_class_task(task, setup.facts))


def _tell(setup: Setup, run_file: Path) -> None:
    for line in setup.sentences:
        click.echo(line)
    click.echo(f"Wrote {run_file}. Train it with: dacapo-engine train {run_file}")
