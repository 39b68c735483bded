"""Whoever trains a run in another program, as the run folder tells of it: rows, status, lock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType

from dacapo_engine.store.control import Verb, take
from dacapo_engine.store.lock import RunLock
from dacapo_engine.store.rows import append_row, rewrite_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import CANCELLED, RunState, StatusWriter

_PAUSE = 0.05


class ScriptedEngine:
    """A training without a network: a context that writes what the engine would, and obeys.

    Attributes
    ----------
    obeys : bool
        Whether it looks for requests.
    heard : list of Verb
        What it was asked for.
    """

    def __init__(self, folder: RunFolder, first_iteration: int = 0) -> None:
        self.folder = folder
        self.first_iteration = first_iteration
        self.obeys = True
        self.heard: list[Verb] = []
        self.on_snapshot: Callable[[int], None] = lambda iteration: None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._train, daemon=True)
        self._status = StatusWriter(folder, num_iterations=1000, device="cpu")

    def __enter__(self) -> ScriptedEngine:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end.set()
        self._thread.join()

    def _train(self) -> None:
        with RunLock(self.folder):
            iteration = self.first_iteration
            self._status.update(RunState.TRAINING, first_iteration=iteration, iteration=iteration)
            while not self._end.wait(_PAUSE):
                row = {"iteration": iteration, "loss": 1 / (1 + iteration), "time": 0.04}
                append_row(self.folder.training_stats_file, row)
                iteration += 1
                self._status.update(
                    iteration=iteration,
                    seconds_per_iteration=0.05,
                    memory_used=600_000_000,
                    waiting=0.02,
                )
                if self.obeys and self._obey(iteration):
                    return

    def _obey(self, iteration: int) -> bool:
        asked = [verb for verb in Verb if take(self.folder, self._status.session, verb)]
        self.heard += asked
        if Verb.SNAPSHOT in asked:
            self.on_snapshot(iteration)
        if Verb.VALIDATE in asked:
            self._validate(iteration)
        if Verb.CANCEL in asked:
            rows = [{"iteration": n, "loss": 1.0} for n in range(self.first_iteration)]
            rewrite_rows(self.folder.training_stats_file, rows)
            self._status.update(RunState.STOPPED, iteration=len(rows), message=CANCELLED)
        elif Verb.STOP in asked:
            self._status.update(RunState.STOPPED, iteration=iteration)
        return bool({Verb.STOP, Verb.CANCEL} & set(asked))

    def _validate(self, iteration: int) -> None:
        self._status.update(RunState.VALIDATING, validated=0.4)
        time.sleep(0.6)
        objects = {"right": 91, "merged": 6, "split": 7, "missed": 0, "invented": 2}
        row = {"iteration": iteration, "dataset": "all", "parameters": {"id": 0}}
        append_row(
            self.folder.validation_scores_file,
            {**row, "scores": {"voi": 0.4}, "objects": objects},
        )
        self._status.update(RunState.TRAINING, validated=None)
