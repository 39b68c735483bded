"""The page of a run."""

from __future__ import annotations

import html
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from dacapo_engine.errors import NotFoundError
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.report.curve_picture import Curve, draw_curve
from dacapo_engine.report.pictures import Picture, run_pictures
from dacapo_engine.store.atomic import write_text
from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.run_summary import BestScore, RunSummary, summarize_run
from dacapo_engine.yaml_file import read_config, to_yaml

__all__ = ["report_run", "write_report"]

_STYLE = """
:root { color-scheme: light dark; --line: #0b62c4; --score: #b35900; --faint: #8884; }
@media (prefers-color-scheme: dark) { :root { --line: #5aa9ff; --score: #f0a35c; } }
body { font: 16px/1.45 system-ui, sans-serif; max-width: 44rem; margin: 1.5rem auto;
       padding: 0 1rem; }
h1 { margin-bottom: 0; overflow-wrap: anywhere; } h2 { margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--faint); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 0 0 1rem; } img { max-width: 100%; image-rendering: pixelated; }
svg { width: 100%; height: auto; } svg text { font-size: 12px; fill: currentColor; }
.axis { fill: none; stroke: currentColor; opacity: .5; } .line { fill: none; stroke-width: 2; }
.loss .line { stroke: var(--line); } .loss .dot { fill: var(--line); }
.loss .range { fill: var(--line); opacity: .2; }
.score .line { stroke: var(--score); } .score .dot { fill: var(--score); }
.best { fill: none; stroke: currentColor; stroke-width: 2; }
pre { overflow-x: auto; font-size: 13px; } .failed { color: #c22; font-weight: 600; }
"""


def write_report(folder: RunFolder, path: Path) -> None:
    """Write the page of a run to `path`."""
    write_text(path, report_run(folder))


def report_run(folder: RunFolder) -> str:
    """The page of a run: state, pictures, scores, curves and settings, in one file of HTML.

    It loads nothing from elsewhere.

    Raises
    ------
    NotFoundError
        If there is no run in `folder`.
    ConfigError
        If its run file cannot be read.
    """
    if not folder.exists():
        raise NotFoundError("There is no run in this folder.", place=str(folder.path))
    config = read_config(folder.run_file, RunConfig)
    summary = summarize_run(folder)
    stats = read_rows(folder.training_stats_file)
    scores = read_rows(folder.validation_scores_file)
    parts = [
        f"<h1>{html.escape(folder.name)}</h1>",
        _state(summary, stats),
        _figures(run_pictures(folder)),
        _scores(summary),
        _loss(stats),
        _score_curve(summary, scores),
        _settings(config),
        f"<p><small>Written on {time.strftime('%Y-%m-%d %H:%M')}.</small></p>",
    ]
    return _page(folder.name, "\n".join(part for part in parts if part))


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body>\n{body}\n</body></html>\n"
    )


def _state(summary: RunSummary, stats: Sequence[dict[str, Any]]) -> str:
    if not summary.num_iterations:
        return f"<p>{summary.state.capitalize()}.</p>"
    words = f"{summary.state.capitalize()} at {summary.iteration:,} of {summary.num_iterations:,}"
    seconds = sum(float(row.get("time") or 0) + float(row.get("wait") or 0) for row in stats)
    facts = [f"{words} iterations"]
    if seconds:
        facts.append(f"{_duration(seconds)} of steps")
    if summary.device:
        facts.append(f"on {summary.device}")
    failed = summary.state == "failed"
    message = f"<p{' class=failed' * failed}>{html.escape(summary.message)}</p>"
    return f"<p>{html.escape(', '.join(facts))}.</p>" + (message if summary.message else "")


def _figures(pictures: Iterable[Picture]) -> str:
    return "".join(
        f'<figure><img alt="{html.escape(picture.caption)}" src="{picture.source}">'
        f"<figcaption>{html.escape(picture.caption)}</figcaption></figure>"
        for picture in pictures
    )


def _scores(summary: RunSummary) -> str:
    rows = "".join(
        f"<tr><td>{html.escape(name.replace('_', ' '))}</td>"
        f'<td class="number">{_number(score)}</td>'
        f'<td class="number">{score.iteration:,}</td><td>{html.escape(dataset)}</td></tr>'
        for dataset, best in summary.best.items()
        for name, score in best.items()
    )
    head = '<th>score</th><th class="number">best</th><th class="number">iteration</th><th>of</th>'
    return f"<h2>Scores</h2><table><tr>{head}</tr>{rows}</table>" if rows else ""


def _number(score: BestScore) -> str:
    return f"{score.value:.3f}"


def _loss(stats: Sequence[dict[str, Any]]) -> str:
    rows = [row for row in stats if isinstance(row.get("loss"), float | int)]
    curve = Curve(
        "loss", [row["iteration"] for row in rows], [row["loss"] for row in rows], logarithmic=True
    )
    drawn = draw_curve(curve)
    return f'<h2>Loss</h2><div class="loss">{drawn}</div>' if drawn else ""


def _score_curve(summary: RunSummary, rows: Sequence[dict[str, Any]]) -> str:
    if summary.top is None:
        return ""
    criterion, best = summary.top
    by_iteration: dict[int, list[float]] = {}
    for row in rows:
        value = row.get("scores", {}).get(criterion)
        if isinstance(value, float | int):
            by_iteration.setdefault(int(row["iteration"]), []).append(float(value))
    if not by_iteration:
        return ""
    # Of the settings tried at an iteration, the one on the side on which the best one lies.
    lower = best.value <= min(value for values in by_iteration.values() for value in values)
    choose = min if lower else max
    title = criterion.replace("_", " ")
    values = [choose(values) for values in by_iteration.values()]
    drawn = draw_curve(Curve(title, list(by_iteration), values, best=best.iteration))
    return f'<h2>{html.escape(title)}</h2><div class="score">{drawn}</div>'


def _settings(config: RunConfig) -> str:
    text = html.escape(to_yaml(config))
    return f"<h2>Settings</h2><details><summary>run.yaml</summary><pre>{text}</pre></details>"


def _duration(seconds: float) -> str:
    for limit, size, unit in ((90, 1, "s"), (5400, 60, "min")):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 3600:.1f} h"
