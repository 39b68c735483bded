"""Questions to the engine's helper process and its answers; knows neither Qt nor threads."""

from __future__ import annotations

import json
import shutil
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dacapo_engine.errors import DacapoError, StoreError, TrainingError
from dacapo_napari.engine.engine_process import EngineProcess, engine_command, last_sentence
from dacapo_napari.run_updates import Failed

__all__ = ["EngineConversation", "ServiceAnswer"]


@dataclass(frozen=True)
class ServiceAnswer:
    """What the engine says: plain data, and arrays under their names."""

    result: Mapping[str, Any]
    arrays: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict, repr=False)


class EngineConversation:
    """Talks to ``dacapo-engine serve``, which is started with the first question.

    A process that has died is started again with the next one.

    Parameters
    ----------
    python
        The interpreter that has the engine.

    Attributes
    ----------
    scratch : Path
        A folder for what the questions are about; it goes when the conversation ends.
    """

    def __init__(self, python: str) -> None:
        self._python = python
        self._process: EngineProcess | None = None
        self._asked = 0
        # Removed by the helper, too: it outlives a napari that is killed.
        self.scratch = Path(tempfile.gettempdir()) / f"dacapo-{uuid.uuid4().hex}"
        self._log = self.scratch / "helper.log"

    def ask(self, verb: str, parameters: Mapping[str, Any]) -> ServiceAnswer | Failed:
        """Ask, and wait for the answer.

        Raises
        ------
        DacapoError
            If the helper cannot be started, or ends before it has answered.
        """
        process = self._running()
        self._asked += 1
        question = {"id": self._asked, "verb": verb, "parameters": dict(parameters)}
        try:
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except (OSError, ValueError):
            # Pipes of a process that was ended meanwhile.
            line = b""
        if not line:
            raise self._died(process)
        return _understood(line)

    def interrupt(self) -> None:
        """End the process at once, from any thread: who waits for it gets an error."""
        if self._process is not None:
            self._process.end()

    def close(self) -> None:
        """End the process, and remove what was written for it."""
        self.interrupt()
        self._process = None
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _running(self) -> EngineProcess:
        if self._process is not None and self._process.poll() is not None:
            self._process.end()
            self._process = None
        if self._process is None:
            command = engine_command(self._python, "serve", str(self.scratch), "--remove")
            self._process = EngineProcess(command, self._log, talks=True)
        return self._process

    def _died(self, process: EngineProcess) -> DacapoError:
        process.wait()
        said = last_sentence(self._log) if (process.poll() or 0) > 0 else ""
        return TrainingError(
            "The engine's helper ended before it had answered.",
            hint=said or "Try again: it is started anew.",
            place=str(self._log),
        )


def _understood(line: bytes) -> ServiceAnswer | Failed:
    try:
        answer = json.loads(line)
    except ValueError as error:
        raise TrainingError("The engine's answer could not be understood.") from error
    if "error" in answer:
        return Failed.of_status(answer["error"])
    try:
        arrays = {name: np.load(path) for name, path in answer.get("arrays", {}).items()}
    except (OSError, ValueError) as error:
        raise StoreError(f"An array of the engine's answer cannot be read: {error}.") from error
    return ServiceAnswer(answer.get("result", {}), arrays)
