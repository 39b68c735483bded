"""All runs of a folder, kept up to date by reading only what has changed."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

from dacapo_engine.errors import DacapoError
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.run_summary import UNREADABLE, RunSummary, summarize_run
from dacapo_engine.yaml_file import read_config
from dacapo_napari.runs.run_origin import weights_words

__all__ = ["READING", "RunsWatch"]

READING = "reading"
"""State of a run that was found and not read yet."""

_SECONDS = 0.3
_CHECK_SECONDS = 0.1

Stamp = tuple[int, int] | None


@dataclass
class _Known:
    """A run as it was read last.

    `stamps` are those of run file, status, scores and star; `checked` is that of the run file whose
    fields were looked at, `problem` what was wrong with them, `origin` the run it begins with.
    """

    summary: RunSummary
    stamps: tuple[Stamp, ...] = ()
    checked: Stamp = None
    problem: str = ""
    origin: str = ""

    def summarized(self, summary: RunSummary) -> RunSummary:
        """What is known of the fields added; a run in training can be read by itself at least."""
        if self.problem and not summary.alive:
            summary = replace(summary, state=UNREADABLE)
        return replace(summary, problem=summary.problem or self.problem, origin=self.origin)


class RunsWatch:
    """Looks through a folder of runs, a fraction of a second at a time.

    A slow disk with hundreds of runs is looked through in several calls; runs in training come
    first in each of them. Nothing but four time stamps is read of a run that has not changed.

    Parameters
    ----------
    runs
        The runs folder; it need not exist.

    Attributes
    ----------
    is_through : bool
        Whether all runs were read, and every run file was looked at.
    """

    def __init__(self, runs: Path) -> None:
        self.runs = runs
        self.is_through = False
        self._known: dict[str, _Known] = {}
        self._turn: list[str] = []
        self._told: tuple[RunSummary, ...] | None = None

    def poll(self, seconds: float = _SECONDS) -> tuple[RunSummary, ...] | None:
        """All runs by name, if anything about them is new; takes about so many `seconds`."""
        deadline = time.monotonic() + seconds
        self._take_names()
        self._look(deadline)
        unread = any(entry.summary.state == READING for entry in self._known.values())
        # Reading run files whole keeps Python busy, and Qt waiting: little at a time.
        checked = unread or self._check(time.monotonic() + min(seconds, _CHECK_SECONDS))
        self.is_through = checked and not unread
        found = tuple(self._known[name].summary for name in sorted(self._known))
        if found == self._told:
            return None
        self._told = found
        return found

    def _take_names(self) -> None:
        names = _folder_names(self.runs)
        for name in self._known.keys() - names:
            del self._known[name]
        kept = [name for name in self._turn if name in names]
        new = sorted(names - set(kept))
        # Who has waited longest comes first, but for new runs and those in training.
        kept.sort(key=lambda name: name not in self._known or not self._known[name].summary.alive)
        self._turn = [*new, *kept]

    def _look(self, deadline: float) -> None:
        """Read what has changed, as far as there is time; the rest has its turn next."""
        for count, name in enumerate(self._turn):
            if time.monotonic() > deadline and count:
                self._name_the_rest(self._turn[count:])
                self._turn = [*self._turn[count:], *self._turn[:count]]
                return
            self._look_at(name)

    def _name_the_rest(self, names: list[str]) -> None:
        for name in names:
            if name not in self._known:
                summary = RunSummary(name, str(self.runs / name), READING)
                self._known[name] = _Known(summary)

    def _look_at(self, name: str) -> None:
        folder = RunFolder(self.runs / name)
        files = (folder.run_file, folder.status_file, folder.validation_scores_file)
        stamps = tuple(map(_stamp, (*files, folder.star_file)))
        if stamps[0] is None:
            self._known.pop(name, None)
            return
        known = self._known.get(name)
        # Of a training that has died nothing tells but that it is no longer there.
        if known is not None and known.stamps == stamps and not known.summary.alive:
            return
        entry = known or _Known(RunSummary(name, str(folder.path), READING))
        entry.stamps = stamps
        if entry.checked != stamps[0]:
            entry.problem = entry.origin = ""
        entry.summary = entry.summarized(summarize_run(folder))
        self._known[name] = entry

    def _check(self, deadline: float) -> bool:
        """Read run files whole that were not read yet, one at least; whether none is left."""
        waiting = [entry for entry in self._known.values() if _needs_check(entry)]
        for count, entry in enumerate(waiting):
            if time.monotonic() > deadline and count:
                return False
            entry.checked = entry.stamps[0]
            entry.problem, entry.origin = _read_fields(RunFolder(entry.summary.path))
            entry.summary = entry.summarized(entry.summary)
        return True


def _folder_names(runs: Path) -> set[str]:
    try:
        with os.scandir(runs) as entries:
            return {entry.name for entry in entries if entry.is_dir()}
    except OSError:
        return set()


def _stamp(path: Path) -> Stamp:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


def _needs_check(entry: _Known) -> bool:
    new = bool(entry.stamps) and entry.checked != entry.stamps[0]
    return new and entry.summary.state != UNREADABLE


def _read_fields(folder: RunFolder) -> tuple[str, str]:
    """What is wrong with a run file, and which run it begins with."""
    try:
        start = read_config(folder.run_file, RunConfig).start_config
    except DacapoError as error:
        return f"Its run file cannot be used. {error.message} {error.hint}".strip(), ""
    if start is None:
        return "", ""
    return "", f"{Path(start.run).name}, {weights_words(start.criterion)}"
