"""``dacapo-engine segment``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dacapo_engine.cli.options import ARRAY, AXES, VOLUME
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.volume_files import Volume

__all__ = ["segment"]


@click.command()
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.option("--input", "source", type=VOLUME, required=True, help="The raw volume.")
@click.option("--output", "target", type=ARRAY, required=True, help="Where the objects go.")
@click.option("--iteration", default="best", show_default=True, help="best, latest or a number.")
@click.option("--criterion", help="What is best; the task's first criterion if not given.")
@click.option("--axes", type=AXES, help="What the axes of the input are, such as zyx or syx.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda:N or mps.")
def segment(
    run_dir: Path,
    source: Volume,
    target: LocalArrayIdentifier,
    iteration: str,
    criterion: str | None,
    axes: tuple[str, ...] | None,
    device: str,
) -> None:
    """Predict a volume with a trained run and separate its objects."""
    from dacapo_engine.apply import choose_weights, segment_volume
    from dacapo_engine.store.run_folder import RunFolder

    folder = RunFolder(run_dir.resolve())
    choice = choose_weights(folder, iteration, criterion)
    click.echo(f"Segmenting {source} with {choice.text}.")

    def report(stage: str, share: float) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{stage} {share:4.0%}   ", nl=share >= 1, err=True)

    written = segment_volume(
        folder, source, target, choice, axes=axes, device=device, on_progress=report
    )
    count = int(written[written.roi].max(initial=0))
    click.echo(f"{count} object{'s' * (count != 1)} written to {target}.")
