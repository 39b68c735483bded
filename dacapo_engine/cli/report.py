"""``dacapo-engine report``."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["report"]


@click.command()
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Where to write it; report.html in the folder of the run if not given.",
)
def report(run_dir: Path, output: Path | None) -> None:
    """Write one page on the run in RUN_DIR, to be mailed or read on a telephone.

    It holds state, pictures of the fixed region, scores, curves and settings.
    """
    from dacapo_engine.report.run_page import write_report
    from dacapo_engine.store.run_folder import RunFolder

    folder = RunFolder(run_dir.resolve())
    path = output if output is not None else folder.path / "report.html"
    write_report(folder, path)
    click.echo(f"Written to {path}.")
