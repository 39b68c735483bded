"""Small U-Nets of every kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from dacapo_engine.experiments.architectures import CNNectomeUNet, CNNectomeUNetConfig

THICK = (1, 3, 3)
ANISOTROPIC = {
    "downsample_factors": ((1, 2, 2), (2, 3, 2)),
    "kernel_size_down": (((3, 3, 3), THICK), ((3, 3, 3), (3, 3, 3)), ((3, 3, 3),)),
    "kernel_size_up": ((THICK, THICK), ((3, 3, 3), (3, 3, 3))),
}
# For each kind: fields, and an input that valid padding can take.
KINDS: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {
    "3D": ({"downsample_factors": ((2, 2, 2),)}, (20, 22, 24)),
    "3D, two levels": ({"downsample_factors": ((2, 2, 2), (2, 2, 2))}, (44, 44, 48)),
    "2D": ({"downsample_factors": ((2, 2), (2, 2))}, (44, 52)),
    "2D, thirds": ({"downsample_factors": ((3, 3), (2, 2))}, (64, 70)),
    "transposed": ({"downsample_factors": ((2, 2), (2, 2)), "constant_upsample": False}, (44, 48)),
    "anisotropic": (ANISOTROPIC, (20, 60, 56)),
    "flat": ({"downsample_factors": ()}, (9, 11)),
}


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(params=list(KINDS))
def kind(request: pytest.FixtureRequest) -> tuple[dict[str, Any], tuple[int, ...]]:
    fields, shape = KINDS[request.param]
    return {"num_fmaps": 2, "fmap_inc_factor": 2, "fmaps_out": 3, **fields}, shape


@pytest.fixture
def unet() -> Callable[..., CNNectomeUNet]:
    """Fields of a config to a network in evaluation mode, with statistics of some data."""

    def make(fields: dict[str, Any], shape: tuple[int, ...], padding: str) -> CNNectomeUNet:
        torch.manual_seed(0)
        made = CNNectomeUNet(CNNectomeUNetConfig(input_shape=shape, padding=padding, **fields))
        return made.eval()

    return make
