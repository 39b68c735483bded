"""Names of arrays on disk: a container and a dataset in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dacapo_engine.errors import ConfigError

__all__ = ["LocalArrayIdentifier", "LocalContainerIdentifier"]

_CONTAINER_SUFFIXES = (".zarr", ".n5")


@dataclass(frozen=True)
class LocalArrayIdentifier:
    """A dataset in a container of this machine.

    Attributes
    ----------
    container : Path
        The zarr or n5 folder.
    dataset : str
        The dataset in it, parts separated by ``/``.
    """

    container: Path
    dataset: str

    @classmethod
    def parse(cls, text: str) -> LocalArrayIdentifier:
        """Split ``folder/volume.zarr/volumes/raw`` after the container.

        Raises
        ------
        ConfigError
            If no part of `text` ends in .zarr or .n5.
        """
        path = Path(text)
        for container in (path, *path.parents):
            if container.name.lower().endswith(_CONTAINER_SUFFIXES):
                return cls(container, path.relative_to(container).as_posix().removeprefix("."))
        raise ConfigError(
            f"{text!r} names no zarr or n5 container.",
            hint="Name the container and the dataset in it, such as volume.zarr/raw.",
        )

    def __str__(self) -> str:
        return f"{self.container.as_posix()}/{self.dataset}".rstrip("/")


@dataclass(frozen=True)
class LocalContainerIdentifier:
    """A container of this machine."""

    container: Path

    def array_identifier(self, dataset: str) -> LocalArrayIdentifier:
        """The identifier of one of its datasets."""
        return LocalArrayIdentifier(self.container, dataset)
