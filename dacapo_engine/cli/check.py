"""``dacapo-engine check``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dacapo_engine.checks.finding import CheckReport

__all__ = ["check"]

_WORDS = {"green": "ok", "amber": "look", "red": "stop"}


@click.command()
@click.argument("run_file", type=click.Path(path_type=Path))
@click.option("--runs", type=click.Path(path_type=Path), help="The folder that holds all runs.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda:N or mps.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check(run_file: Path, runs: Path | None, device: str, as_json: bool) -> None:
    """Make a few steps of RUN_FILE, and say what starting it means.

    Memory, disk, speed, time to the end, and whether the data can be learnt from. The exit
    status is 1 where the run should not be started.
    """
    from dacapo_engine.experiments.run_config import RunConfig
    from dacapo_engine.yaml_file import read_config

    config = read_config(run_file, RunConfig)
    from dacapo_engine.preflight import preflight

    report = preflight(config, runs, device)
    if as_json:
        click.echo(json.dumps(report.as_dict()))
    else:
        _tell(report)
    if report.level == "red":
        sys.exit(1)


def _tell(report: CheckReport) -> None:
    for finding in report.findings:
        click.echo(f"{_WORDS[finding.level]:5} {finding.name:9} {finding.sentence}")
        if finding.hint:
            click.echo(f"{'':15} {finding.hint}")
