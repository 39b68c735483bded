"""``dacapo-engine segment``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dacapo_engine.cli.options import ARRAY, AXES, VOLUME
from dacapo_engine.errors import DacapoError
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.setup.volume_files import Volume
from dacapo_engine.training.progress_file import ProgressFile

__all__ = ["segment"]


@click.command()
@click.argument("run_dir", type=click.Path(path_type=Path), metavar="RUN")
@click.option("--input", "source", type=VOLUME, required=True, help="The raw volume.")
@click.option("--output", "target", type=ARRAY, required=True, help="Where the objects go.")
@click.option("--iteration", default="best", show_default=True, help="best, latest or a number.")
@click.option("--criterion", help="What is best; the task's first criterion if not given.")
@click.option("--axes", type=AXES, help="What the axes of the input are, such as zyx or syx.")
@click.option("--box", metavar="VOXELS", help="Only this part: first:last for each axis.")
@click.option(
    "--resample/--no-resample",
    default=True,
    help="Whether voxels of another size than in training are brought to that size first.",
)
@click.option(
    "--rescale/--no-rescale",
    default=True,
    help="Whether the input's own range of intensities is stretched like that of training, or"
    " taken as if it were the same.",
)
@click.option("--intensities", type=(float, float), help="What becomes 0 and 1 instead.")
@click.option(
    "--post-processing",
    default="chosen",
    show_default=True,
    help="chosen (by hand, where it was), validated, or parameters as JSON.",
)
@click.option("--prediction", "keep", type=ARRAY, help="Keep the prediction here, too.")
@click.option(
    "--progress", type=click.Path(path_type=Path), help="A JSON file that tells how far it is."
)
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda:N or mps.")
def segment(
    run_dir: Path,
    source: Volume,
    target: LocalArrayIdentifier,
    iteration: str,
    criterion: str | None,
    axes: tuple[str, ...] | None,
    box: str | None,
    resample: bool,
    rescale: bool,
    intensities: tuple[float, float] | None,
    post_processing: str,
    keep: LocalArrayIdentifier | None,
    progress: Path | None,
    device: str,
) -> None:
    """Predict a volume with a trained run, or an exported model, and separate its objects."""
    from dacapo_engine.apply import segment_volume
    from dacapo_engine.export.model_file import opened_run
    from dacapo_engine.segmenting.segment_input import parse_box
    from dacapo_engine.segmenting.weight_choice import choose_post_processing, choose_weights

    told = ProgressFile(progress)

    def report(stage: str, share: float) -> None:
        told.tell(stage, share)
        if sys.stderr.isatty():
            click.echo(f"\r{stage} {share:4.0%}   ", nl=share >= 1, err=True)

    with opened_run(run_dir) as folder:
        choice = choose_weights(folder, iteration, criterion)
        choice = choose_post_processing(folder, choice, post_processing)
        told = ProgressFile(
            progress,
            iteration=choice.iteration,
            parameters=choice.parameters.to_dict(),
            text=choice.text,
        )
        click.echo(f"Segmenting {source} with {choice.text}.")
        try:
            written = segment_volume(
                folder,
                source,
                target,
                choice,
                axes=axes,
                box=parse_box(box) if box else None,
                device=device,
                resample=resample,
                rescale=rescale,
                intensities=intensities,
                keep=keep,
                on_progress=report,
            )
        except DacapoError as error:
            told.fail(error)
            raise
    told.tell("done", 1.0)
    count = int(written[written.roi].max(initial=0))
    click.echo(f"{count} object{'s' * (count != 1)} written to {target}.")
