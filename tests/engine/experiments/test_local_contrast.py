"""Contrast evened out patch by patch in training, place by place in prediction."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dacapo_engine.experiments.local_contrast import standardize, standardize_locally


def test_patches_get_mean_zero_and_deviation_one_each(rng: np.random.Generator) -> None:
    raw = torch.from_numpy(rng.random((2, 3, 8, 9, 10), dtype=np.float32))
    raw[1] = raw[1] * 0.3 + 0.5
    evened = standardize(raw)
    assert torch.allclose(evened.mean((2, 3, 4)), torch.zeros(2, 3), atol=1e-5)
    assert torch.allclose(evened.std((2, 3, 4), correction=0), torch.ones(2, 3), atol=1e-4)


@pytest.mark.parametrize("window", [(5, 7, 3), (1, 4, 9)])
def test_each_voxel_by_its_window(rng: np.random.Generator, window: tuple[int, ...]) -> None:
    raw = rng.random((1, 9, 12, 10), dtype=np.float32)
    evened = standardize_locally(raw, window)
    half = [extent // 2 for extent in window]
    for place in [(4, 6, 5), (4, 4, 4)]:
        box = tuple(slice(p - h, p + h + 1) for p, h in zip(place, half, strict=True))
        values = raw[0][box]
        expected = (raw[0][place] - values.mean()) / max(values.std(), 0.02)
        assert evened[0][place] == pytest.approx(expected, rel=1e-3, abs=1e-4)


def test_the_middle_of_a_patch_looks_alike_in_training_and_prediction(
    rng: np.random.Generator,
) -> None:
    volume = rng.random((1, 30, 40, 40), dtype=np.float32)
    patch = volume[:, 8:23, 10:31, 9:30]
    in_training = standardize(torch.from_numpy(patch[None].copy()))[0].numpy()
    in_prediction = standardize_locally(volume, patch.shape[1:])
    assert in_training[0, 7, 10, 10] == pytest.approx(in_prediction[0, 15, 20, 19], rel=1e-3)


def test_brightness_and_contrast_of_a_volume_change_nothing(rng: np.random.Generator) -> None:
    raw = rng.random((1, 12, 20, 20), dtype=np.float32)
    other = raw * 0.4 + 0.3
    assert np.allclose(
        standardize_locally(raw, (7, 7, 7)), standardize_locally(other, (7, 7, 7)), atol=1e-3
    )


def test_nothing_is_not_blown_up() -> None:
    flat = np.full((1, 8, 8), 0.3, dtype=np.float32)
    flat[0, 4, 4] += 1e-4
    assert np.abs(standardize_locally(flat, (5, 5))).max() < 0.01
