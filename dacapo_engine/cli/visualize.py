"""``dacapo-engine visualize``."""

from __future__ import annotations

import json
import sys
import webbrowser
from pathlib import Path

import click

__all__ = ["visualize"]


@click.command()
@click.argument("run_file", type=click.Path(path_type=Path))
@click.option("--bind-address", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--bind-port", default=0, help="Port; a free one if not given.")
@click.option("--no-browser", is_flag=True, help="Only print the address, as JSON.")
def visualize(run_file: Path, bind_address: str, bind_port: int, no_browser: bool) -> None:
    """Show the data pipeline of RUN_FILE in Neuroglancer, until Ctrl-C.

    RUN_FILE may be the folder of a run. Press t in the view for the next sample.
    """
    from dacapo_engine.experiments.run import Run
    from dacapo_engine.experiments.run_config import RunConfig
    from dacapo_engine.yaml_file import read_config

    path = run_file / "run.yaml" if run_file.is_dir() else run_file
    run = Run(read_config(path, RunConfig))
    run.trainer.build_batch_provider(run.datasplit.train, run.model, run.task)
    with run.trainer.visualize_pipeline(bind_address, bind_port) as view:
        click.echo(json.dumps({"url": view.url}) if no_browser else f"Showing at {view.url}")
        sys.stdout.flush()
        if not no_browser:
            webbrowser.open(view.url)
        _wait_for_end()


def _wait_for_end() -> None:
    """Until Ctrl-C, or until whoever started this closes its standard input."""
    try:
        while sys.stdin.readline():
            continue
    except KeyboardInterrupt:
        return
