"""The command line in this process, small volumes, and runs that take seconds."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import zarr

from dacapo_engine.cli import main

Values = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


Command = Callable[..., Result]


@pytest.fixture(autouse=True)
def _settings() -> Iterator[None]:
    """One thread; and handlers of signals that `train` leaves behind go back."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    torch.set_num_threads(threads)
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    """Run the command line and give its exit status and what it wrote."""

    def run(*words: object) -> Result:
        code = 0
        capfd.readouterr()
        try:
            main([str(word) for word in words])
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capfd.readouterr()
        return Result(code, out, err)

    return run


@pytest.fixture
def works(command: Command) -> Callable[..., str]:
    """Run the command line, which has to succeed, and give what it wrote."""

    def run(*words: object) -> str:
        result = command(*words)
        assert result.code == 0, result.err
        return result.out

    return run


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    """Store values in ``volume.zarr``, with voxel sizes in nm where given."""

    def store(dataset: str, values: Values, sizes: list[float] | None = None) -> Path:
        container = tmp_path / "volume.zarr"
        array = zarr.open_group(str(container), mode="a").create_dataset(
            dataset, data=values, chunks=(16,) * values.ndim
        )
        if sizes is not None:
            axes = ["c", "z", "y", "x"][-values.ndim :]
            array.attrs.update(voxel_size=sizes, units=["nm"] * len(sizes), axis_names=axes)
        return container / dataset

    return store


@pytest.fixture
def cubes() -> Callable[..., tuple[Values, Values]]:
    """Bright cubes on a dark, noisy ground, and their ids."""

    def make(*shape: int, spacing: int = 10, size: int = 6) -> tuple[Values, Values]:
        labels = np.zeros(shape, np.uint32)
        corners = np.meshgrid(*[range(2, n - size, spacing) for n in shape], indexing="ij")
        for number, corner in enumerate(np.stack([c.ravel() for c in corners], 1), 1):
            labels[tuple(slice(c, c + size) for c in corner)] = number
        noise = np.random.default_rng(0).normal(0, 8, shape)
        return np.clip((labels > 0) * 150 + 50 + noise, 0, 255).astype(np.uint8), labels

    return make


@pytest.fixture
def make_tiny() -> Callable[..., None]:
    """Shrink the network and the patch in a run file, so that a step takes milliseconds."""

    def shrink(run_file: Path, patch: str, **fields: object) -> None:
        changes = {
            "num_fmaps": 3,
            "fmaps_out": 3,
            "num_data_fetchers": 0,
            "num_threads": 1,
            "input_shape": patch,
            "precision": "float32",
            **fields,
        }
        text = run_file.read_text(encoding="utf-8")
        for key, value in changes.items():
            text, count = re.subn(rf"(?m)^( *){key}:.*$", rf"\g<1>{key}: {value}", text)
            assert count == 1, key
        run_file.write_text(text, encoding="utf-8")

    return shrink
