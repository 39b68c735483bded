"""``dacapo-engine film``."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["film"]


@click.command()
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="A .gif or .webp file."
)
@click.option("--series", type=int, help="Which place, if the region was moved; the last one.")
@click.option("--slice", "position", type=int, help="Which slice of the region; the middle one.")
def film(run_dir: Path, output: Path, series: int | None, position: int | None) -> None:
    """Save the time lapse of a run as a film: one place getting better while the network learns."""
    from dacapo_engine.store.run_folder import RunFolder
    from dacapo_engine.time_lapse.film import save_film
    from dacapo_engine.time_lapse.stored_series import open_series

    count = save_film(open_series(RunFolder(run_dir.resolve()), series), output, position)
    click.echo(f"{count} frame{'s' * (count != 1)} written to {output}.")
