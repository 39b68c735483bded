"""Which sizes a U-Net can take, and what comes out; pure arithmetic, one axis at a time."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.architectures.cnnectome_unet_config import CNNectomeUNetConfig

__all__ = ["AxisSizes", "axis_sizes", "check_input_shape", "nearest_sizes", "unet_output_shape"]


@dataclass(frozen=True)
class AxisSizes:
    """The U-Net along one axis.

    ``down`` and ``up`` hold the voxels that the convolutions of each level take away with
    valid padding; ``factors`` the downsampling below each level but the last.
    """

    down: tuple[int, ...]
    up: tuple[int, ...]
    factors: tuple[int, ...]
    valid: bool

    @property
    def step(self) -> int:
        """Sizes of blocks that fit together are multiples of this."""
        return prod(self.factors)

    def output(self, size: int) -> int | None:
        """Output size for an input of `size` voxels; None where it cannot be taken."""
        if not self.valid:
            return size if size > 0 and size % self.step == 0 else None
        for level, factor in enumerate(self.factors):
            size -= self.down[level]
            if size <= 0 or size % factor:
                return None
            size //= factor
        size -= self.down[-1]
        for level in reversed(range(len(self.factors))):
            size = self.cropped(size * self.factors[level], level) - self.up[level]
        return size if size > 0 else None

    def cropped(self, size: int, level: int) -> int:
        """What is kept of an upsampled map, so that equal blocks give equal results.

        What the convolutions leave of it must be a multiple of the downsampling that is left
        from this level down; otherwise the result would depend on where a block begins. As much
        is cropped on either side, so that the output lies in the middle of the input.
        """
        step = prod(self.factors[level:])
        left = (size - self.up[level]) // step * step
        if (size - self.up[level] - left) % 2 and step % 2:
            left -= step
        return left + self.up[level]


def axis_sizes(config: CNNectomeUNetConfig, axis: int) -> AxisSizes:
    """The sizes of `config` along `axis`."""
    levels = len(config.downsample_factors)
    down = config.kernel_size_down or _default_kernels(config, levels + 1)
    up = config.kernel_size_up or _default_kernels(config, levels)
    return AxisSizes(
        down=tuple(sum(kernel[axis] - 1 for kernel in level) for level in down),
        up=tuple(sum(kernel[axis] - 1 for kernel in level) for level in up),
        factors=tuple(factor[axis] for factor in config.downsample_factors),
        valid=config.padding == "valid",
    )


def unet_output_shape(config: CNNectomeUNetConfig, input_shape: tuple[int, ...]) -> tuple[int, ...]:
    """Output shape for `input_shape`; raises ConfigError where the U-Net cannot take it."""
    check_input_shape(config, input_shape)
    sizes = (axis_sizes(config, axis).output(size) for axis, size in enumerate(input_shape))
    return tuple(size or 0 for size in sizes)


def check_input_shape(config: CNNectomeUNetConfig, input_shape: tuple[int, ...]) -> None:
    """Raise ConfigError, with the nearest shapes that fit, unless `input_shape` can be taken."""
    if len(input_shape) != len(config.input_shape):
        raise ConfigError(
            f"The model reads {len(config.input_shape)} axes, the patch has {len(input_shape)}.",
            place="architecture_config.input_shape",
        )
    axes = [axis_sizes(config, axis) for axis in range(len(input_shape))]
    if all(axis.output(size) for axis, size in zip(axes, input_shape, strict=True)):
        return
    options = [nearest_sizes(axis, size) for axis, size in zip(axes, input_shape, strict=True)]
    smaller = " x ".join(str(below or above) for below, above in options)
    larger = " x ".join(str(above) for _, above in options)
    raise ConfigError(
        f"The U-Net cannot take a patch of {' x '.join(map(str, input_shape))} voxels.",
        hint=f"The nearest that it can take are {smaller} and {larger}.",
        place="architecture_config.input_shape",
    )


def nearest_sizes(axis: AxisSizes, size: int) -> tuple[int | None, int]:
    """The largest valid size up to `size`, None where there is none, and the smallest from it."""
    below = next((s for s in range(size, 0, -1) if axis.output(s)), None)
    above = next(s for s in range(max(size, 1), size + 2000) if axis.output(s))
    return below, above


def _default_kernels(
    config: CNNectomeUNetConfig, levels: int
) -> tuple[tuple[tuple[int, ...], ...], ...]:
    kernel = (3,) * len(config.input_shape)
    return ((kernel, kernel),) * levels
