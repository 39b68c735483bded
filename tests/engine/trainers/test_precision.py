"""The number format a network computes in."""

from __future__ import annotations

import pytest
import torch

from dacapo_engine.experiments.trainers.precision import autocast


@pytest.mark.parametrize(
    ("patch", "reduced"),
    [((1, 128, 128), False), ((8, 96, 96), False), ((48, 48, 48), True), ((128, 128), True)],
)
def test_gradients_of_thin_patches_are_not_reduced_on_a_processor(
    patch: tuple[int, ...], reduced: bool
) -> None:
    convolution = (torch.nn.Conv3d if len(patch) == 3 else torch.nn.Conv2d)(1, 1, 1)
    with autocast("bfloat16", torch.device("cpu"), patch):
        result = convolution(torch.zeros(1, 1, *(2,) * len(patch)))
    assert (result.dtype == torch.bfloat16) is reduced
