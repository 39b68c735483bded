"""What every test shares: settings of their own, sample volumes, and skips that say why."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"

# Read when napari is first imported, here and in every program a test starts: no test reads or
# writes the settings of the person who runs it.
_SETTINGS_FOLDER = tempfile.mkdtemp(prefix="dacapo-settings-")
os.environ["NAPARI_CONFIG"] = str(Path(_SETTINGS_FOLDER) / "settings.yaml")

Volume = tuple[npt.NDArray[Any], npt.NDArray[Any]]


def pytest_unconfigure() -> None:
    shutil.rmtree(_SETTINGS_FOLDER, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # What takes long goes first, so that no worker is left alone with it at the end.
    items.sort(key=lambda item: _rank(item.nodeid))
    for_gpu = [item for item in items if item.get_closest_marker("gpu")]
    if for_gpu and not _cuda_works():
        for item in for_gpu:
            item.add_marker(pytest.mark.skip(reason="there is no NVIDIA card here"))


def _rank(nodeid: str) -> int:
    early = ("tests/project/test_two_environments", "tests/end_to_end/")
    return next((n for n, place in enumerate(early) if nodeid.startswith(place)), len(early))


def _cuda_works() -> bool:
    import torch

    return torch.cuda.is_available()


@pytest.fixture(scope="session")
def root() -> Path:
    """The top level of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def neurites() -> Volume:
    """Raw and labels of the sample of neurites, 96 x 192 x 192 at 8 nm. Do not write to them."""
    from dacapo_napari._neurites import make_neurites

    return _read_only(make_neurites())


@pytest.fixture(scope="session")
def nuclei() -> Volume:
    """Raw and labels of the sample of nuclei, 48 x 192 x 192. Do not write to them."""
    from dacapo_napari._nuclei import make_nuclei

    return _read_only(make_nuclei())


def _read_only(volume: Volume) -> Volume:
    for array in volume:
        array.setflags(write=False)
    return volume


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real volumes, where it lies beside the checkout."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"there are no real volumes in {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture
def rng() -> np.random.Generator:
    """Random numbers that are the same in every run."""
    return np.random.default_rng(0)
