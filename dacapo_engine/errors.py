"""Every error that a user may meet: one sentence, what to do about it, and where it happened."""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "EXIT_STATUSES",
    "ConfigError",
    "DacapoError",
    "DataError",
    "DeviceError",
    "DiskFullError",
    "DivergedError",
    "DuplicateNameError",
    "EndedFromOutsideError",
    "NotFoundError",
    "OutOfMemoryError",
    "RunInUseError",
    "StoreError",
    "TrainingError",
]


class DacapoError(Exception):
    """Base of all errors of the engine.

    Parameters
    ----------
    message
        One plain sentence: what was expected and what came.
    hint
        What the user can do about it.
    place
        Where: a file, a dataset, or the dotted path of a config field.

    Attributes
    ----------
    code : str
        A short word by which a program tells kinds of errors apart.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str = "", place: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.place = place

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return " ".join(part for part in (where + self.message, self.hint) if part)

    def as_dict(self) -> dict[str, str]:
        """Plain data for ``status.json``."""
        return {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "place": self.place,
        }


class ConfigError(DacapoError, ValueError):
    """A config or run file that cannot be used."""

    code = "config"


class DataError(DacapoError, ValueError):
    """A volume that cannot be used: shape, voxel size, values."""

    code = "data"


class NotFoundError(DacapoError, FileNotFoundError):
    """Something named by the user that is not there."""

    code = "not_found"


class StoreError(DacapoError, RuntimeError):
    """A run folder that cannot be read or written."""

    code = "store"


class DuplicateNameError(StoreError, ValueError):
    """A different config is stored under this name already."""

    code = "duplicate_name"


class DeviceError(DacapoError, RuntimeError):
    """A compute device that is not there or cannot be used."""

    code = "device"


class TrainingError(DacapoError, RuntimeError):
    """A training that cannot go on."""

    code = "training"


class OutOfMemoryError(TrainingError):
    """The memory of the device or of the computer was not enough."""

    code = "out_of_memory"


class EndedFromOutsideError(TrainingError):
    """The process of a training was ended by somebody, or by the system."""

    code = "killed"


class DivergedError(TrainingError):
    """The loss is not a finite number any more."""

    code = "diverged"


class RunInUseError(StoreError):
    """Another process trains this run."""

    code = "in_use"


class DiskFullError(StoreError):
    """There is no room left where the run is kept."""

    code = "disk_full"


EXIT_STATUSES: dict[int, type[DacapoError]] = {3: RunInUseError, 4: DiskFullError}
"""Failures that a command tells by its exit status, since no run folder can; 2 is all others."""
