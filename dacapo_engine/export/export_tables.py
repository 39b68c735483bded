"""Curve and scores of a run as tables that every spreadsheet reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dacapo_engine.store.atomic import write_text
from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder

__all__ = ["write_curve", "write_scores"]

Row = Mapping[str, Any]


def write_curve(folder: RunFolder, path: Path) -> int:
    """A line for each iteration: its loss, its seconds, whatever else was stored.

    Returns
    -------
    int
        How many lines there are, without the names of the columns.
    """
    return _write(path, read_rows(folder.training_stats_file))


def write_scores(folder: RunFolder, path: Path) -> int:
    """A line for each validation, dataset and setting of the post-processing."""
    return _write(path, [_flat(row) for row in read_rows(folder.validation_scores_file)])


def _flat(row: Row) -> dict[str, Any]:
    settings = {
        f"parameters.{name}": value
        for name, value in dict(row.get("parameters", {})).items()
        if name not in ("id", "name")
    }
    place = {"iteration": row.get("iteration"), "dataset": row.get("dataset")}
    return place | dict(row.get("scores", {})) | settings


def _write(path: Path, rows: Iterable[Row]) -> int:
    found = list(rows)
    columns = list(dict.fromkeys(name for row in found for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    write_text(path, text.getvalue())
    return len(found)
