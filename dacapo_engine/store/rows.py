"""JSON-lines files: appended by the engine, tailed by whoever watches."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dacapo_engine.store.atomic import write_text

__all__ = ["RowReader", "append_row", "read_rows", "rewrite_rows"]

Row = dict[str, Any]


def append_row(path: Path, row: Row) -> None:
    """Append one row as a whole line."""
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(row) + "\n")


def rewrite_rows(path: Path, rows: Iterable[Row]) -> None:
    """Replace all rows at once by rename, so that readers see the old or the new file."""
    write_text(path, "".join(json.dumps(row) + "\n" for row in rows))


def read_rows(path: Path) -> list[Row]:
    """All complete rows; an unfinished last line and damaged lines are left out."""
    return RowReader(path).read()


class RowReader:
    """Reads what was added since the last call.

    A file that was replaced or has shrunk (a resume drops rows) is read from its beginning;
    `generation` counts how often that happened, so that a watcher knows to start over.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.generation = 0
        self._position = 0
        self._identity: tuple[int, int] | None = None

    def read(self) -> list[Row]:
        """The rows that are new since the last call, whole lines only."""
        try:
            with self.path.open("rb") as file:
                self._reopen_if_replaced(os.fstat(file.fileno()))
                file.seek(self._position)
                data = file.read()
        except FileNotFoundError:
            return []
        whole = data[: data.rfind(b"\n") + 1]
        self._position += len(whole)
        return [row for line in whole.splitlines() if (row := _parse(line)) is not None]

    def _reopen_if_replaced(self, stat: os.stat_result) -> None:
        identity = (stat.st_dev, stat.st_ino)
        replaced = self._identity is not None and identity != self._identity
        if replaced or stat.st_size < self._position:
            self.generation += 1
            self._position = 0
        self._identity = identity


def _parse(line: bytes) -> Row | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None
