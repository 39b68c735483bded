"""``dacapo-engine export``."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["export"]


@click.command()
@click.argument("run_dir", type=click.Path(path_type=Path), metavar="RUN")
@click.option(
    "--output",
    "-o",
    "target",
    type=click.Path(path_type=Path),
    help="The model: a file that ends with .zip, or a new folder.",
)
@click.option("--iteration", default="best", show_default=True, help="best, latest or a number.")
@click.option("--criterion", help="What is best; the task's first criterion if not given.")
@click.option("--curve", type=click.Path(path_type=Path), help="The losses as a CSV file.")
@click.option("--scores", type=click.Path(path_type=Path), help="The scores as a CSV file.")
@click.option("--methods", is_flag=True, help="Print a paragraph for a methods section.")
@click.option("--command", is_flag=True, help="Print the command line that repeats the run.")
def export(
    run_dir: Path,
    target: Path | None,
    iteration: str,
    criterion: str | None,
    curve: Path | None,
    scores: Path | None,
    methods: bool,
    command: bool,
) -> None:
    """Give a trained run away: its model, its numbers, and what it is in words.

    The model segments on another computer: dacapo-engine segment model.zip.
    """
    from dacapo_engine.export.export_model import export_model
    from dacapo_engine.export.export_tables import write_curve, write_scores
    from dacapo_engine.export.methods_text import methods_paragraph, repeat_command
    from dacapo_engine.store.run_folder import RunFolder

    folder = RunFolder(run_dir.resolve())
    if not (target or curve or scores or methods or command):
        raise click.UsageError("Say what to export: --output, --curve, --scores, --methods.")
    if target is not None:
        choice = export_model(folder, target, iteration, criterion)
        click.echo(f"{target}: {choice.text}.")
    if curve is not None:
        click.echo(f"{curve}: {write_curve(folder, curve):,} iterations.")
    if scores is not None:
        click.echo(f"{scores}: {write_scores(folder, scores):,} lines.")
    if methods:
        click.echo(methods_paragraph(folder))
    if command:
        click.echo(repeat_command(folder))
