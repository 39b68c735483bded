"""A volume in blocks is the volume in one piece."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from funlib.geometry import Coordinate, Roi

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.architectures import CNNectomeUNet, CNNectomeUNetConfig
from dacapo_engine.experiments.architectures.unet_sizes import axis_sizes, nearest_sizes
from dacapo_engine.experiments.block_prediction import BlockPredictor
from dacapo_engine.experiments.datasplits.datasets.arrays import NumpyArray, VoxelGrid
from dacapo_engine.experiments.model import Model

Kind = tuple[dict[str, Any], tuple[int, ...]]
CPU = torch.device("cpu")
SIZES = (283.718, 126.786, 126.786)


def model_of(unet: Callable[..., CNNectomeUNet], kind: Kind, padding: str) -> Model:
    fields, wanted = kind
    config = CNNectomeUNetConfig(input_shape=wanted, padding=padding, **fields)
    axes = [axis_sizes(config, axis) for axis in range(len(wanted))]
    shape = tuple(nearest_sizes(axis, size)[1] for axis, size in zip(axes, wanted, strict=True))
    network = unet(fields, shape, padding)
    head = (torch.nn.Conv2d, torch.nn.Conv3d)[network.dims - 2](3, 2, 1)
    return Model(network, head, eval_activation=torch.nn.Sigmoid()).eval()


def volume(shape: tuple[int, ...], offset: int = 3) -> NumpyArray:
    sizes = [Fraction(str(size)) for size in SIZES[-len(shape) :]]
    grid = VoxelGrid.from_nanometres(shape, sizes, [offset * size for size in sizes])
    values = np.random.default_rng(0).random(shape, dtype=np.float32)
    return NumpyArray.from_grid(values, grid, "zyx"[-len(shape) :])


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_blocks_are_seamless(unet: Callable[..., CNNectomeUNet], kind: Kind, padding: str) -> None:
    """Of a volume whose shape is no multiple of anything, in blocks of any size."""
    model = model_of(unet, kind, padding)
    shape = (37, 53) if model.architecture.dims == 2 else (11, 18, 25)
    raw = volume(shape)
    whole = BlockPredictor(model, CPU, "float32", most_voxels=10**9).predict(raw, raw.roi)
    assert whole.shape == (2, *shape)
    smallest = [4 * s + 2 * c for s, c in zip(
        model.architecture.block_step, model.architecture.context, strict=True
    )]  # fmt: skip
    predictor = BlockPredictor(model, CPU, "float32", most_voxels=int(np.prod(smallest)))
    assert len(list(predictor.blocks(raw, raw.roi))) > 1
    np.testing.assert_allclose(predictor.predict(raw, raw.roi), whole, atol=1e-5)


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_a_block_is_what_the_network_says(
    unet: Callable[..., CNNectomeUNet], kind: Kind, padding: str
) -> None:
    """Against one run of the network over a larger piece, in the middle."""
    fields, wanted = kind
    model = model_of(unet, (fields | {"even_contrast": False}, wanted), padding)
    network = model.architecture
    shape = network.fitting_input_shape(network.context * 2 + network.block_step * 2)
    lost = (shape - network.output_shape(shape)) / 2
    # Outputs of blocks begin at multiples of the step, counted from the volume.
    ahead = [-n % t for n, t in zip(lost, network.block_step, strict=True)]
    raw = volume(tuple(a + n for a, n in zip(ahead, shape, strict=True)))
    piece = raw.data[tuple(slice(a, None) for a in ahead)]
    with torch.inference_mode():
        expected = model(torch.from_numpy(piece.copy())[None, None])[0].numpy()
    found = BlockPredictor(model, CPU, "float32").predict(raw, raw.roi)
    begin = [a + c for a, c in zip(ahead, network.context, strict=True)]
    inner = [
        slice(b, n - c) for b, n, c in zip(begin, raw.grid.shape, network.context, strict=True)
    ]
    theirs = [
        slice(i.start - a - n, i.stop - a - n) for i, a, n in zip(inner, ahead, lost, strict=True)
    ]
    assert found[(slice(None), *inner)].size
    np.testing.assert_allclose(
        found[(slice(None), *inner)], expected[(slice(None), *theirs)], atol=1e-5
    )


def test_a_part_is_predicted_with_what_lies_around_it(unet: Callable[..., CNNectomeUNet]) -> None:
    model = model_of(unet, ({"downsample_factors": ((2, 2),), "fmaps_out": 3}, (24, 24)), "same")
    raw = volume((60, 64))
    predictor = BlockPredictor(model, CPU, "float32")
    step = model.architecture.block_step
    part = Roi(raw.roi.begin + step * 8 * raw.voxel_size, Coordinate(12, 16) * raw.voxel_size)
    whole = predictor.predict(raw, raw.roi)
    found = predictor.predict(raw, part)
    np.testing.assert_allclose(found, whole[:, 16:28, 16:32], atol=1e-5)


def test_the_model_goes_back_to_training(unet: Callable[..., CNNectomeUNet]) -> None:
    model = model_of(unet, ({"downsample_factors": ((2, 2),), "fmaps_out": 3}, (24, 24)), "same")
    model.train()
    raw = volume((20, 20))
    BlockPredictor(model, CPU).predict(raw, raw.roi)
    assert model.training


def test_nan_in_raw(unet: Callable[..., CNNectomeUNet]) -> None:
    model = model_of(unet, ({"downsample_factors": ((2, 2),), "fmaps_out": 3}, (24, 24)), "same")
    raw = volume((20, 20))
    raw.data[3, 3] = np.inf
    with pytest.raises(DataError, match="not numbers"):
        BlockPredictor(model, CPU).predict(raw, raw.roi)
