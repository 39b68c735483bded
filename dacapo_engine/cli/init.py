"""``dacapo-engine init``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dacapo_engine.cli.label_options import SaidBoxes, ZeroWord, label_options, with_meaning
from dacapo_engine.cli.options import AXES, MINUTES, VOLUME
from dacapo_engine.errors import ConfigError

if TYPE_CHECKING:
    from dacapo_engine.experiments.run_config import RunConfig
    from dacapo_engine.setup.presets import PresetName, TaskName
    from dacapo_engine.setup.setup_run import Setup
    from dacapo_engine.setup.volume_files import Volume, VolumeFiles

__all__ = ["init"]

Volumes = tuple["Volume", ...]
Axes = tuple[str, ...] | None


@click.command()
@click.argument("run_file", type=click.Path(path_type=Path))
@click.option(
    "--raw", type=VOLUME, multiple=True, help="The image; again for each further one. Or a folder."
)
@click.option("--labels", type=VOLUME, multiple=True, help="Its objects, 0 is background.")
@click.option("--mask", type=VOLUME, multiple=True, help="Labels count where it is above 0.")
@click.option("--validation-raw", type=VOLUME, multiple=True, help="An image to be scored on.")
@click.option("--validation-labels", type=VOLUME, multiple=True, help="Its objects.")
@click.option("--crops", type=click.Path(path_type=Path), help="A CSV: train or val, raw, labels.")
@label_options
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
@click.option("--minutes", type=MINUTES, help="How long to train, validations included.")
@click.option(
    "--start-from",
    type=click.Path(path_type=Path),
    metavar="RUN_DIR",
    help="Go on from this run, with its settings, on its labels and these.",
)
@click.option(
    "--start-at",
    default="best",
    show_default=True,
    metavar="WEIGHTS",
    help="With which of its weights: best, latest, a criterion, or an iteration.",
)
@click.option("--name", help="Name of the run; that of the file if not given.")
@click.option("--overwrite", is_flag=True, help="Replace the run file if it is there.")
def init(
    run_file: Path,
    raw: Volumes,
    labels: Volumes,
    mask: Volumes,
    validation_raw: Volumes,
    validation_labels: Volumes,
    crops: Path | None,
    zero: ZeroWord | None,
    done: SaidBoxes,
    train_box: SaidBoxes,
    validate_box: SaidBoxes,
    axes: Axes,
    task: TaskName,
    preset: PresetName,
    num_iterations: int | None,
    minutes: float | None,
    start_from: Path | None,
    start_at: str,
    name: str | None,
    overwrite: bool,
) -> None:
    """Write a complete run file with defaults derived from the data.

    --raw may be a folder of TIFF or PNG files: x.tif belongs to x_labels.tif (or _masks) beside
    it, images/x.tif to labels/x.tif or masks/x.tif, or to x.tif in the folder --labels. With
    --start-from, no --raw is needed: the new run then learns from the data of the old one.
    """
    from dacapo_engine.devices import choose_device
    from dacapo_engine.setup.setup_run import set_up_run
    from dacapo_engine.store.atomic import write_text
    from dacapo_engine.store.run_folder import check_run_name
    from dacapo_engine.store.writable import make_writable_folder
    from dacapo_engine.training.memory_use import free_memory
    from dacapo_engine.yaml_file import to_yaml

    _check_replaced(run_file, overwrite)
    make_writable_folder(run_file.absolute().parent)
    run_name = check_run_name(name if name is not None else run_file.stem)
    if start_from is not None and not raw and crops is None:
        _write_branch(run_file, start_from, run_name, start_at, num_iterations, minutes)
        return
    train, validation = _found(raw, labels, mask, crops, axes)
    train = with_meaning(train, zero, done, train_box, validate_box)
    validation += _pairs(validation_raw, validation_labels, (), axes, "--validation-")
    device = choose_device("auto")
    setup = set_up_run(
        train,
        validation,
        name=run_name,
        preset=preset,
        num_iterations=num_iterations,
        device=device.type,
        memory=free_memory(device),
    )
    config = _with_task(setup, task)
    if start_from is not None:
        config = _continued(setup, start_from, run_name, start_at, num_iterations)
    if minutes is not None:
        config = config.lasting(minutes, num_iterations)
    write_text(run_file, to_yaml(config))
    _tell(setup, run_file, start_from)


def _check_replaced(run_file: Path, overwrite: bool) -> None:
    """What somebody has written into a run file is not lost by calling `init` once more."""
    if run_file.is_dir():
        raise ConfigError("This is a folder; name a file.", place=str(run_file))
    if run_file.exists() and not overwrite:
        raise ConfigError(
            "There is a run file already.",
            hint="Choose another name, or replace it with --overwrite.",
            place=str(run_file),
        )


def _found(
    raw: Volumes, labels: Volumes, mask: Volumes, crops: Path | None, axes: Axes
) -> tuple[list[VolumeFiles], list[VolumeFiles]]:
    """Volumes to train on and to be scored on, wherever they are named."""
    from dacapo_engine.setup.crop_list import read_crops
    from dacapo_engine.setup.image_pairs import find_splits

    if crops is not None:
        if raw or labels:
            raise ConfigError("--crops names raw and labels; leave --raw and --labels out.")
        return read_crops(crops)
    if len(raw) == 1 and isinstance(raw[0], Path) and raw[0].is_dir() and not labels:
        return find_splits(raw[0])
    if not raw:
        raise ConfigError("Nothing to train on.", hint="Give --raw and --labels, or --crops.")
    return _pairs(raw, labels, mask, axes, "--"), []


def _pairs(
    raw: Volumes, labels: Volumes, mask: Volumes, axes: Axes, prefix: str
) -> list[VolumeFiles]:
    """Every image with its labels; two folders are paired by the names in them."""
    from dacapo_engine.setup.image_pairs import find_pairs
    from dacapo_engine.setup.volume_files import VolumeFiles

    if len(raw) != len(labels):
        raise ConfigError(
            f"{prefix}raw and {prefix}labels belong together; "
            f"{len(raw)} and {len(labels)} were given."
        )
    if len(mask) not in {0, len(raw)}:
        raise ConfigError(f"{len(raw)} images and {len(mask)} masks were given.")
    found: list[VolumeFiles] = []
    for number, (image, truth) in enumerate(zip(raw, labels, strict=True)):
        if isinstance(image, Path) and isinstance(truth, Path) and image.is_dir():
            found += find_pairs(image, truth)
        else:
            found.append(VolumeFiles(image, truth, mask[number] if mask else None, axes))
    return found


def _write_branch(
    run_file: Path,
    start_from: Path,
    name: str,
    start_at: str,
    num_iterations: int | None,
    minutes: float | None,
) -> None:
    """A run on the data of another one, which begins with its weights."""
    from dacapo_engine.setup.descendants import branch
    from dacapo_engine.store.atomic import write_text
    from dacapo_engine.store.run_folder import RunFolder
    from dacapo_engine.yaml_file import to_yaml

    folder = RunFolder(start_from.resolve())
    config = branch(folder, name, start_at, num_iterations=num_iterations)
    if minutes is not None:
        config = config.lasting(minutes, num_iterations)
    write_text(run_file, to_yaml(config))
    click.echo(f"Starts from {start_from}, and trains on its data.")
    click.echo(f"Wrote {run_file}. Train it with: dacapo-engine train {run_file}")


def _continued(
    setup: Setup, folder: Path, name: str, start_at: str, num_iterations: int | None
) -> RunConfig:
    from dacapo_engine.experiments.datasplits.train_validate_datasplit_config import (
        TrainValidateDataSplitConfig,
    )
    from dacapo_engine.start import continue_with
    from dacapo_engine.store.run_folder import RunFolder

    split = setup.config.datasplit_config
    if not isinstance(split, TrainValidateDataSplitConfig):
        raise ConfigError("The data cannot be added to a run.")
    return continue_with(
        RunFolder(folder.resolve()),
        name,
        split.train_configs,
        split.validate_configs,
        criterion=start_at,
        num_iterations=num_iterations,
    )


def _with_task(setup: Setup, task: TaskName) -> RunConfig:
    """The run with another task than the one that is suggested by itself."""
    if task == "affinities":
        return setup.config
    from dacapo_engine.setup.partial_labels import fit_to_labels
    from dacapo_engine.setup.task_presets import suggest_class_task

    return fit_to_labels(setup.config.replace(task_config=suggest_class_task(task, setup.facts)))


def _tell(setup: Setup, run_file: Path, start_from: Path | None) -> None:
    for line in setup.sentences:
        click.echo(line)
    if start_from is not None:
        click.echo(f"Starts from {start_from}, and trains on its labels and these.")
    click.echo(f"Wrote {run_file}. Train it with: dacapo-engine train {run_file}")
