"""``dacapo-engine view``."""

from __future__ import annotations

from pathlib import Path

import click

from dacapo_engine.cli.serving import BIND_ADDRESS, BIND_PORT, NO_BROWSER, serve_until_end

__all__ = ["view"]


@click.command()
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.option("--iteration", type=int, help="Which validation or snapshot is shown first.")
@BIND_ADDRESS
@BIND_PORT
@NO_BROWSER
def view(
    run_dir: Path, iteration: int | None, bind_address: str, bind_port: int, no_browser: bool
) -> None:
    """Show the volumes, validations and snapshots of the run in RUN_DIR, until Ctrl-C.

    Press n in the view to leaf on.
    """
    from dacapo_engine.store.run_folder import RunFolder
    from dacapo_engine.view import view as open_view

    folder = RunFolder(run_dir.resolve())
    with open_view(folder, iteration, bind_address=bind_address, bind_port=bind_port) as opened:
        serve_until_end(opened, no_browser=no_browser)
