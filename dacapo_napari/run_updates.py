"""What the background thread tells the dock: frozen records, a kind for each sort of news."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from dacapo_engine.errors import DacapoError
from dacapo_engine.store.status import RunStatus
from dacapo_engine.time_lapse.stored_series import StoredSeries

__all__ = [
    "Ended",
    "Failed",
    "LossRows",
    "PlacedArray",
    "Prepared",
    "Snapshot",
    "StatusChanged",
    "Unheard",
    "Update",
    "ValidationPoint",
    "ValidationRows",
]


@dataclass(frozen=True)
class StatusChanged:
    """The run's status is a new one, or its training has come to life or died."""

    status: RunStatus
    alive: bool


@dataclass(frozen=True)
class LossRows:
    """Losses since the last time.

    Attributes
    ----------
    iterations, losses : arrays of one length
    fresh : bool
        Whether what was told before no longer holds (a resume drops rows).
    seconds : array
        How long each step took, waiting for data included; none where that is not known.
    """

    iterations: npt.NDArray[np.float64]
    losses: npt.NDArray[np.float64]
    fresh: bool
    seconds: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True)
class ValidationPoint:
    """Scores of one validation of one dataset, with the parameters that did best.

    Attributes
    ----------
    objects
        How many objects are right, merged and so on; empty where objects are not scored.
    """

    iteration: int
    dataset: str
    scores: Mapping[str, float]
    parameters: Mapping[str, Any]
    objects: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ValidationRows:
    """Validations since the last time; `fresh` as for `LossRows`."""

    points: tuple[ValidationPoint, ...]
    fresh: bool


@dataclass(frozen=True)
class PlacedArray:
    """An array of a run and where it lies.

    Attributes
    ----------
    voxel_size, offset : tuple[float, ...]
        In nanometres, for each axis of `axes` but channels.
    known : bool
        Whether the voxel size means nanometres.
    """

    name: str
    data: npt.NDArray[Any]
    axes: tuple[str, ...]
    voxel_size: tuple[float, ...]
    offset: tuple[float, ...]
    known: bool


@dataclass(frozen=True)
class Snapshot:
    """The newest snapshot, read, and the iterations of all that are kept."""

    iterations: tuple[int, ...]
    arrays: tuple[PlacedArray, ...] = field(repr=False)

    @property
    def iteration(self) -> int:
        """That of the newest snapshot."""
        return self.iterations[-1]


@dataclass(frozen=True)
class TimeLapseFrames:
    """The frames of the fixed region that there are now.

    Attributes
    ----------
    series
        Those of the place that is watched; None where there are none yet.
    problem
        Why the newest one was not made; empty where it was.
    """

    series: StoredSeries | None
    problem: str = ""


@dataclass(frozen=True)
class Prepared:
    """The run file and its inputs are written; the engine is being started."""

    run_path: str


@dataclass(frozen=True)
class Failed:
    """Something went wrong: one sentence, what to do, where, and of which kind it is."""

    message: str
    hint: str = ""
    place: str = ""
    code: str = ""

    @classmethod
    def of(cls, error: DacapoError) -> Failed:
        """What an error of the engine says."""
        return cls(error.message, error.hint, error.place, error.code)

    @classmethod
    def of_status(cls, error: Mapping[str, str]) -> Failed:
        """What ``status.json`` says of a run that has failed."""
        said = {key: str(error.get(key, "")) for key in ("message", "hint", "place", "code")}
        return cls(**said)

    def __str__(self) -> str:
        return " ".join(part for part in (self.message, self.hint) if part)


@dataclass(frozen=True)
class Unheard:
    """The training has not been heard of for long though its process is there, or is again."""

    silent: bool


@dataclass(frozen=True)
class Ended:
    """The engine that this dock had started has ended."""


Update: TypeAlias = (
    StatusChanged
    | Unheard
    | LossRows
    | ValidationRows
    | Snapshot
    | TimeLapseFrames
    | Prepared
    | Failed
    | Ended
)
