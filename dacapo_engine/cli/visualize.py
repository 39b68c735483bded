"""``dacapo-engine visualize``."""

from __future__ import annotations

from pathlib import Path

import click

from dacapo_engine.cli.serving import BIND_ADDRESS, BIND_PORT, NO_BROWSER, serve_until_end

__all__ = ["visualize"]


@click.command()
@click.argument("run_file", type=click.Path(path_type=Path))
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Another seed than the run's.")
@click.option("--sample", "first", default=0, help="Number of the sample that is shown first.")
@BIND_ADDRESS
@BIND_PORT
@NO_BROWSER
def visualize(
    run_file: Path,
    seed: int | None,
    first: int,
    bind_address: str,
    bind_port: int,
    no_browser: bool,
) -> None:
    """Show the data pipeline of RUN_FILE in Neuroglancer, node by node, until Ctrl-C.

    RUN_FILE may be the folder of a run. Press t in the view for the next sample, n for the next
    node; with shift, back.
    """
    from dacapo_engine.experiments.run import Run
    from dacapo_engine.experiments.run_config import RunConfig
    from dacapo_engine.yaml_file import read_config

    path = run_file / "run.yaml" if run_file.is_dir() else run_file
    run = Run(read_config(path, RunConfig))
    run.trainer.build_batch_provider(run.datasplit.train, run.model, run.task)
    with run.trainer.visualize_pipeline(bind_address, bind_port, seed=seed, first=first) as view:
        serve_until_end(view, no_browser=no_browser)
