"""``status.json``: what a run is doing, written by the engine and read by anyone."""

from __future__ import annotations

import os
import platform
import time
import uuid
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from dacapo_engine.errors import DacapoError
from dacapo_engine.store.atomic import read_json, write_json
from dacapo_engine.store.run_folder import RunFolder

__all__ = ["CANCELLED", "RunState", "RunStatus", "StatusWriter", "read_status"]

FORMAT = 1
HEARTBEAT_SECONDS = 2.0
STALE_SECONDS = 30.0
CANCELLED = "cancelled"
"""Message of a run that was stopped without keeping what came after its last checkpoint."""


class RunState(StrEnum):
    """What a run is doing."""

    STARTING = "starting"
    TRAINING = "training"
    VALIDATING = "validating"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"

    @property
    def active(self) -> bool:
        """Whether a process should be behind it."""
        return self in {self.STARTING, self.TRAINING, self.VALIDATING, self.STOPPING}


class RunStatus(BaseModel):
    """One state of a run; times are seconds since the epoch.

    Attributes
    ----------
    first_iteration
        Where this session began, None before that is known; what came after is lost if it is
        cancelled before a checkpoint.
    num_iterations
        The last iteration; 0 while it is measured how many fit into a time.
    num_iterations_is
        Whether that is what was asked for, what a time became, or the most that it can be.
    budget
        What was asked for instead of iterations, such as ``45 minutes``.
    memory_used, memory_total
        Bytes in use and in all: of the graphics card, else of the engine's process, whose total
        is not told.
    waiting
        Share of the time that steps waited for data.
    validated
        Share of the volumes that the validation going on has predicted.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int = FORMAT
    session: str = ""
    state: RunState = RunState.STARTING
    first_iteration: int | None = None
    iteration: int = 0
    num_iterations: int = 0
    num_iterations_is: Literal["exact", "about", "at most"] = "exact"
    budget: str = ""
    host: str = ""
    pid: int = 0
    device: str = ""
    started: float = 0.0
    heartbeat: float = 0.0
    seconds_per_iteration: float | None = None
    memory_used: int | None = None
    memory_total: int | None = None
    waiting: float | None = None
    validated: float | None = None
    message: str = ""
    error: dict[str, str] | None = None

    @property
    def alive(self) -> bool:
        """Whether the run is active and was heard of lately."""
        return self.state.active and time.time() - self.heartbeat < STALE_SECONDS


def read_status(folder: RunFolder) -> RunStatus | None:
    """The status of a run; None where there is none that can be read."""
    data = read_json(folder.status_file)
    try:
        return RunStatus.model_validate(data) if data is not None else None
    except ValidationError:
        return None


class StatusWriter:
    """Keeps ``status.json`` of one session up to date.

    Writes at once when the state changes, else at most every two seconds.
    """

    def __init__(self, folder: RunFolder, *, num_iterations: int = 0, device: str = "") -> None:
        self._folder = folder
        self._written = 0.0
        self.status = RunStatus(
            session=uuid.uuid4().hex,
            num_iterations=num_iterations,
            host=platform.node(),
            pid=os.getpid(),
            device=device,
            started=time.time(),
        )

    @property
    def session(self) -> str:
        """The id by which control files address this session."""
        return self.status.session

    @property
    def is_due(self) -> bool:
        """Whether the next change will be written, whatever it is."""
        return time.time() - self._written > HEARTBEAT_SECONDS

    def update(self, state: RunState | None = None, **changes: Any) -> None:
        """Change fields of the status; a new state is written at once."""
        changed_state = state is not None and state != self.status.state
        if state is not None:
            changes["state"] = state
        self.status = self.status.model_copy(update=changes)
        if changed_state or self.is_due:
            self.write()

    def fail(self, error: DacapoError) -> None:
        """Record that the run has failed, and why."""
        self.update(RunState.FAILED, error=error.as_dict())

    def write(self) -> None:
        """Write the status now."""
        self._written = time.time()
        self.status = self.status.model_copy(update={"heartbeat": self._written})
        write_json(self._folder.status_file, self.status.model_dump(mode="json"))
