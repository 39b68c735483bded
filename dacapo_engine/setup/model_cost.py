"""What a U-Net costs and how far it sees, computed from its config without building it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from dacapo_engine.experiments.architectures.cnnectome_unet_config import CNNectomeUNetConfig
from dacapo_engine.experiments.architectures.unet_sizes import AxisSizes, axis_sizes

__all__ = ["ModelCost", "model_cost"]

_BYTES = 4
# Weights, gradients, two moments of the optimizer, and their running average.
_COPIES_OF_WEIGHTS = 5


@dataclass(frozen=True)
class ModelCost:
    """Figures of a network.

    Attributes
    ----------
    parameters
        Numbers that are learnt, without the task's head.
    field_of_view
        Voxels per axis that a predicted voxel depends on.
    training_bytes
        Memory of one training step in 32 bits: weights with what belongs to them, and the
        feature maps that are kept for the way back. Libraries take some more.
    """

    parameters: int
    field_of_view: tuple[int, ...]
    training_bytes: int


@dataclass(frozen=True)
class _Convolution:
    """One convolution: its channels, its kernel, and the voxels that come out."""

    inputs: int
    outputs: int
    kernel: tuple[int, ...]
    voxels: int
    normalized: bool = False

    @property
    def parameters(self) -> int:
        norm = 2 * self.outputs if self.normalized else 0
        return (self.inputs * prod(self.kernel) + 1) * self.outputs + norm


def model_cost(config: CNNectomeUNetConfig, batch_size: int = 1) -> ModelCost:
    """What training `config` on its patch costs, `batch_size` patches at a time."""
    layers = list(_convolutions(config))
    parameters = sum(layer.parameters for layer in layers)
    # What goes into a convolution is kept for its gradient, and what comes out for the ReLU's.
    kept = sum((layer.inputs + layer.outputs) * layer.voxels for layer in layers)
    return ModelCost(
        parameters,
        tuple(_seen(axis_sizes(config, axis)) for axis in range(len(config.input_shape))),
        _BYTES * (_COPIES_OF_WEIGHTS * parameters + batch_size * kept),
    )


def _convolutions(config: CNNectomeUNetConfig) -> Iterator[_Convolution]:
    dims, levels = len(config.input_shape), len(config.downsample_factors)
    two = ((3,) * dims,) * 2
    down = config.kernel_size_down or (two,) * (levels + 1)
    up = config.kernel_size_up or (two,) * levels
    features = [config.num_fmaps * config.fmap_inc_factor**level for level in range(levels + 1)]
    shape = config.input_shape
    shapes = [shape]
    for factor in config.downsample_factors:
        shape = tuple(max(1, size // f) for size, f in zip(shape, factor, strict=True))
        shapes.append(shape)
    norm = config.batch_norm
    for level in range(levels + 1):
        first = config.fmaps_in if level == 0 else features[level - 1]
        last = features[level] if levels else config.fmaps_out
        yield from _pass(first, last, down[level], prod(shapes[level]), norm)
    for level in reversed(range(levels)):
        kernel = (
            (1,) * dims if config.constant_upsample else tuple(config.downsample_factors[level])
        )
        coarse = prod(shapes[level + 1])
        yield _Convolution(features[level + 1], features[level], kernel, coarse)
        last = config.fmaps_out if level == 0 else features[level]
        yield from _pass(2 * features[level], last, up[level], prod(shapes[level]), norm)


def _pass(
    inputs: int, outputs: int, kernels: tuple[tuple[int, ...], ...], voxels: int, norm: bool
) -> Iterator[_Convolution]:
    for kernel in kernels:
        yield _Convolution(inputs, outputs, tuple(kernel), voxels, norm)
        inputs = outputs


def _seen(axis: AxisSizes) -> int:
    """Voxels on the way down and up that reach a predicted voxel, and itself."""
    scales = [prod(axis.factors[:level]) for level in range(len(axis.down))]
    reach = sum(lost * scale for lost, scale in zip(axis.down, scales, strict=True))
    reach += sum(lost * scale for lost, scale in zip(axis.up, scales[:-1], strict=True))
    return reach + axis.step
