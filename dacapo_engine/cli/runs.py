"""``dacapo-engine runs``."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dacapo_engine.errors import NotFoundError
from dacapo_engine.store.run_folder import RunFolder, default_runs_folder
from dacapo_engine.store.run_summary import summarize_runs

if TYPE_CHECKING:
    from dacapo_engine.store.run_summary import BestScore, RunSummary

__all__ = ["runs"]

_CRITERIA_SHOWN = 5
_HEADER = ("run", "state", "iterations", "best scores (at iteration)")


class _ListsByItself(click.Group):
    """Without the name of a command it lists: ``runs`` and ``runs DIR``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_ListsByItself)
def runs() -> None:
    """List runs, or compare two of them."""


@runs.command("list")
@click.argument("folder", required=False, metavar="[DIR]", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def list_runs(folder: Path | None, as_json: bool) -> None:
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


@runs.command("diff")
@click.argument("first", metavar="A", type=click.Path(path_type=Path))
@click.argument("second", metavar="B", type=click.Path(path_type=Path))
@click.option("--runs", "folder", type=click.Path(path_type=Path), help="Where runs are by name.")
def diff(first: Path, second: Path, folder: Path | None) -> None:
    """Tell in what the settings of the runs A and B differ.

    A and B are folders of runs, their names in the runs folder, or run files.
    """
    from dacapo_engine.config_difference import config_differences
    from dacapo_engine.experiments.run_config import RunConfig
    from dacapo_engine.yaml_file import read_config

    chosen = folder if folder is not None else default_runs_folder()
    before, after = (read_config(_run_file(each, chosen), RunConfig) for each in (first, second))
    found = config_differences(before, after)
    for difference in found:
        click.echo(str(difference))
    if not found:
        click.echo("The settings are the same.")


def _run_file(given: Path, runs_folder: Path) -> Path:
    """The run file that `given` stands for."""
    if given.is_file():
        return given
    for folder in (RunFolder(given), RunFolder(runs_folder / given)):
        if folder.exists():
            return folder.run_file
    raise NotFoundError(
        f"There is no run {str(given)!r}.",
        hint=f"Give a run folder, a run file, or the name of a run in {runs_folder}.",
    )


def _rows(run: RunSummary) -> list[tuple[str, ...]]:
    """A row for the run, and further ones for its second and later datasets."""
    told = run.problem or run.message or "not scored yet"
    seen = ", optimistic: of data trained on" if run.optimistic else ""
    texts = [f"{_scores(scores)}{seen}" for scores in run.best.values()] or [told]
    if len(run.best) > 1:
        texts = [f"{name}: {text}" for name, text in zip(run.best, texts, strict=True)]
    progress = f"{run.iteration}/{run.num_iterations}" if run.num_iterations else "-"
    first = (f"* {run.name}" if run.starred else run.name, run.state, progress, texts[0])
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
