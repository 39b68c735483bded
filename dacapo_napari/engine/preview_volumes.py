"""Volumes for a preview: written once for the engine, and again when they are painted on."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
import threading
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dacapo_engine.errors import TrainingError
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.yaml_file import read_config
from dacapo_napari.runs.run_setup import TrainingRequest, prepare_run
from dacapo_napari.volumes.layer_volume import LayerVolume

__all__ = ["PreviewVolumes", "fingerprint"]

_MOST_BYTES = 2**28


class PreviewVolumes:
    """Prepares the data of a run as its start does, but in a scratch folder.

    It is used off the Qt thread, by one thread at a time.
    """

    def __init__(self) -> None:
        self._mark = ""
        self._config: RunConfig | None = None
        # Held, so that no other array gets its identity.
        self._data: object = None
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Stop writing; from any thread."""
        self._cancelled.set()

    def config(self, request: TrainingRequest, scratch: Path) -> RunConfig:
        """The run of `request` on volumes below `scratch`, with the settings of `request`.

        Raises
        ------
        DacapoError
            If the data cannot be learnt from.
        """
        mark = fingerprint((request.data, request.origin))
        if self._config is None or mark != self._mark:
            self._config = self._written(request, scratch / "volumes" / mark)
            self._mark, self._data = mark, request.data
        return (
            self._config if request.settings is None else request.settings.applied_to(self._config)
        )

    def _written(self, request: TrainingRequest, folder: Path) -> RunConfig:
        self._config = None
        shutil.rmtree(folder.parent, ignore_errors=True)
        run = RunFolder(folder / "preview")
        prepare_run(replace(request, folder=run, settings=None), self._cancelled.is_set)
        if self._cancelled.is_set():
            raise TrainingError("The preview was closed.")
        return read_config(run.run_file, RunConfig)


def fingerprint(data: object) -> str:
    """A word that is another one as soon as `data`, or what its layers show, is.

    Values of layers in memory are looked at, since painting leaves the array the same object; of
    large ones some lines only.
    """
    digest = hashlib.blake2b(digest_size=8)
    for part in _parts(data):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()


def _parts(data: object) -> Iterator[str]:
    if isinstance(data, np.ndarray) and not isinstance(data, np.memmap):
        yield f"{data.dtype} {data.shape} {_checksum(data)}"
    elif isinstance(data, LayerVolume) or dataclasses.is_dataclass(data):
        yield type(data).__name__
        for field in dataclasses.fields(data):
            yield from _parts(getattr(data, field.name))
    elif isinstance(data, tuple | list):
        yield str(len(data))
        for item in data:
            yield from _parts(item)
    elif hasattr(data, "shape") and hasattr(data, "dtype"):
        yield f"{type(data).__name__} {id(data)}"
    else:
        yield repr(data)


def _checksum(values: npt.NDArray[Any]) -> int:
    step = max(1, values.nbytes // _MOST_BYTES)
    looked_at = values[..., ::step, :] if values.ndim > 1 else values
    checksum = 0
    for block in looked_at if looked_at.ndim > 2 else [looked_at]:
        checksum = zlib.crc32(np.ascontiguousarray(block).view(np.uint8).data, checksum)
    return checksum
