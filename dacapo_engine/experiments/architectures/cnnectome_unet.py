"""The U-Net."""

from __future__ import annotations

from math import prod

import torch
from funlib.geometry import Coordinate
from torch import nn

from dacapo_engine.experiments.architectures.architecture import Architecture
from dacapo_engine.experiments.architectures.cnnectome_unet_config import CNNectomeUNetConfig
from dacapo_engine.experiments.architectures.conv_pass import CONVOLUTION, ConvPass, center_crop
from dacapo_engine.experiments.architectures.unet_sizes import (
    axis_sizes,
    check_input_shape,
    nearest_sizes,
    unet_output_shape,
)

__all__ = ["CNNectomeUNet"]

_TRANSPOSED: dict[int, type[nn.Module]] = {2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}
_MAX_POOL: dict[int, type[nn.Module]] = {2: nn.MaxPool2d, 3: nn.MaxPool3d}


class CNNectomeUNet(Architecture):
    """U-Net with any number of levels, anisotropic factors and kernels, in 2D and 3D.

    With valid padding, upsampled maps are cropped so that shifting the input
    by a multiple of `block_step` shifts the output and changes nothing else.

    Parameters
    ----------
    architecture_config
        Its description; a patch that does not fit raises ConfigError.
    """

    def __init__(self, architecture_config: CNNectomeUNetConfig) -> None:
        super().__init__()
        self.config = architecture_config
        check_input_shape(architecture_config, architecture_config.input_shape)
        self._axes = [axis_sizes(architecture_config, axis) for axis in range(self.dims)]
        factors = architecture_config.downsample_factors
        self.down = nn.ModuleList(self._down_pass(level) for level in range(len(factors) + 1))
        self.pool = nn.ModuleList(
            _MAX_POOL[self.dims](kernel_size=tuple(factor), stride=tuple(factor))
            for factor in factors
        )
        self.upsample = nn.ModuleList(self._upsample(level) for level in range(len(factors)))
        self.up = nn.ModuleList(self._up_pass(level) for level in range(len(factors)))
        self._initialize()

    @property
    def input_shape(self) -> Coordinate:
        """Spatial shape of the training patch, in voxels."""
        return Coordinate(self.config.input_shape)

    @property
    def eval_shape_increase(self) -> Coordinate:
        """Voxels by which blocks of inference may be larger than the patch."""
        return Coordinate(self.config.eval_shape_increase or (0,) * self.dims)

    @property
    def num_in_channels(self) -> int:
        """Channels of raw."""
        return self.config.fmaps_in

    @property
    def num_out_channels(self) -> int:
        """Feature maps that come out."""
        return self.config.fmaps_out

    def output_shape(self, input_shape: Coordinate) -> Coordinate:
        """Spatial output shape for `input_shape`; ConfigError where it does not fit."""
        return Coordinate(unet_output_shape(self.config, tuple(input_shape)))

    def fitting_input_shape(self, shape: Coordinate) -> Coordinate:
        """The smallest shape from `shape` on that the U-Net can take."""
        return Coordinate(
            nearest_sizes(axis, size)[1] for axis, size in zip(self._axes, shape, strict=True)
        )

    @property
    def contrast_window(self) -> Coordinate | None:
        """The training patch, where contrast is evened out."""
        return self.input_shape if self.config.even_contrast else None

    @property
    def block_step(self) -> Coordinate:
        """Product of the downsampling of all levels, for each axis."""
        return Coordinate(axis.step for axis in self._axes)

    @property
    def context(self) -> Coordinate:
        """Half of the field of view, rounded up to a multiple of `block_step`."""
        return Coordinate(
            -(-self._reach(axis) // axis_size.step) * axis_size.step
            for axis, axis_size in enumerate(self._axes)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """From raw ``[batch, channels, (z,) y, x]`` to features of `output_shape`."""
        skips = []
        for level, pool in enumerate(self.pool):
            x = self.down[level](x)
            skips.append(x)
            x = pool(x)
        x = self.down[-1](x)
        for level in reversed(range(len(self.pool))):
            x = self._crop_upsampled(self.upsample[level](x), level)
            x = torch.cat([center_crop(skips[level], x.shape[2:]), x], dim=1)
            x = self.up[level](x)
        return x

    def _crop_upsampled(self, x: torch.Tensor, level: int) -> torch.Tensor:
        if self.config.padding == "same":
            return x
        shape = [
            axis.cropped(size, level) for axis, size in zip(self._axes, x.shape[2:], strict=True)
        ]
        return center_crop(x, shape)

    def _reach(self, axis: int) -> int:
        sizes = self._axes[axis]
        scale = [prod(sizes.factors[:level]) for level in range(len(sizes.down))]
        reach = sum(lost * s for lost, s in zip(sizes.down, scale, strict=True))
        reach += sum(lost * s for lost, s in zip(sizes.up, scale[:-1], strict=True))
        return reach // 2 + sizes.step - 1

    def _features(self, level: int) -> int:
        return self.config.num_fmaps * self.config.fmap_inc_factor**level

    def _down_pass(self, level: int) -> ConvPass:
        features_in = self.config.fmaps_in if level == 0 else self._features(level - 1)
        # Without any downsampling the way down is all there is.
        features_out = self._features(level) if self._axes[0].factors else self.config.fmaps_out
        return self._pass(features_in, features_out, self.config.kernel_size_down, level)

    def _up_pass(self, level: int) -> ConvPass:
        features = self._features(level)
        features_out = self.config.fmaps_out if level == 0 else features
        return self._pass(2 * features, features_out, self.config.kernel_size_up, level)

    def _pass(
        self,
        features_in: int,
        features_out: int,
        kernels: tuple[tuple[tuple[int, ...], ...], ...] | None,
        level: int,
    ) -> ConvPass:
        return ConvPass(
            features_in,
            features_out,
            kernels[level] if kernels else ((3,) * self.dims,) * 2,
            self.config.padding,
            self.config.batch_norm,
        )

    def _upsample(self, level: int) -> nn.Module:
        factor = tuple(self.config.downsample_factors[level])
        features_in, features_out = self._features(level + 1), self._features(level)
        if self.config.constant_upsample:
            # The 1x1 convolution comes first: on the coarse map it costs a fraction, and it
            # commutes with repetition.
            contract = CONVOLUTION[self.dims](features_in, features_out, 1)
            return nn.Sequential(contract, nn.Upsample(scale_factor=factor, mode="nearest"))
        return _TRANSPOSED[self.dims](features_in, features_out, kernel_size=factor, stride=factor)

    def _initialize(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Conv3d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
