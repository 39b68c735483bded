"""``dacapo-engine runs``."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dacapo_engine.store.run_folder import default_runs_folder
from dacapo_engine.store.run_summary import summarize_runs

if TYPE_CHECKING:
    from dacapo_engine.store.run_summary import BestScore, RunSummary

__all__ = ["runs"]

_CRITERIA_SHOWN = 5
_HEADER = ("run", "state", "iterations", "best scores (at iteration)")


@click.command()
@click.argument("folder", required=False, metavar="[DIR]", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def runs(folder: Path | None, as_json: bool) -> None:
    """List the runs in DIR, or in the default runs folder.

    The environment variable DACAPO_RUNS sets the default.
    """
    chosen = folder if folder is not None else default_runs_folder()
    found = summarize_runs(chosen)
    if as_json:
        listed = [_plain(run.as_dict()) for run in found]
        click.echo(json.dumps({"folder": str(chosen), "runs": listed}))
        return
    click.echo(f"{len(found)} run{'s' * (len(found) != 1)} in {chosen}")
    for line in _table([_HEADER, *(row for run in found for row in _rows(run))] if found else []):
        click.echo(line)


def _rows(run: RunSummary) -> list[tuple[str, ...]]:
    """A row for the run, and further ones for its second and later datasets."""
    texts = [_scores(scores) for scores in run.best.values()] or [run.message or "not scored yet"]
    if len(run.best) > 1:
        texts = [f"{name}: {text}" for name, text in zip(run.best, texts, strict=True)]
    progress = f"{run.iteration}/{run.num_iterations}" if run.num_iterations else "-"
    first = (run.name, run.state, progress, texts[0])
    return [first, *(("", "", "", text) for text in texts[1:])]


def _scores(scores: dict[str, BestScore]) -> str:
    shown = list(scores.items())[:_CRITERIA_SHOWN]
    text = ", ".join(f"{name} {best.value:.3f} ({best.iteration})" for name, best in shown)
    left = len(scores) - len(shown)
    return f"{text}, {left} more with --json" if left else text


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in rows)
    return [line.rstrip() for line in lines]


def _plain(value: Any) -> Any:
    """JSON has no NaN; a score that does not exist is null."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
