"""The config of the U-Net."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from dacapo_engine.experiments.architectures.architecture_config import ArchitectureConfig
from dacapo_engine.registry import LazyType

__all__ = ["CNNectomeUNetConfig"]

Shape = tuple[int, ...]
_NOT_HERE = ("upsample_factors", "use_attention")


class CNNectomeUNetConfig(ArchitectureConfig):
    """U-Net for volumes and images (Ronneberger 2015, Cicek 2016).

    With valid padding the output is smaller than the input and the same wherever a block
    begins; with same padding both have one size.
    """

    model_config = ConfigDict(title="CNNectome U-Net")

    type: Literal["cnnectome_unet"] = "cnnectome_unet"
    architecture_type: ClassVar[Any] = LazyType(
        "dacapo_engine.experiments.architectures.cnnectome_unet:CNNectomeUNet"
    )

    input_shape: Shape = Field(
        title="Patch",
        description="Size of the raw patch that the network sees in training, for each axis.",
        json_schema_extra={"unit": "voxels"},
    )
    eval_shape_increase: Shape | None = Field(
        default=None,
        title="Larger blocks",
        description="For scripts that predict blocks of their own size (Model.eval_input_shape);"
        " here blocks are as large as memory allows.",
        json_schema_extra={"unit": "voxels", "advanced": True},
    )
    fmaps_in: int = Field(
        default=1,
        ge=1,
        title="Input channels",
        description="Channels of raw.",
        json_schema_extra={"advanced": True},
    )
    num_fmaps: int = Field(
        default=12,
        ge=1,
        le=4096,
        title="Features",
        description="Feature maps of the first level; more see more and cost more.",
    )
    fmap_inc_factor: int = Field(
        default=3,
        ge=1,
        le=16,
        title="Growth of features",
        description="Each level below has this many times more feature maps.",
        json_schema_extra={"advanced": True},
    )
    fmaps_out: int = Field(
        default=12,
        ge=1,
        title="Output features",
        description="Feature maps handed to the task's head.",
        json_schema_extra={"advanced": True},
    )
    downsample_factors: tuple[Shape, ...] = Field(
        default=((2, 2, 2), (2, 2, 2)),
        title="Downsampling",
        description="By how much each level is coarser than the one above, for each axis.",
        json_schema_extra={"advanced": True},
    )
    kernel_size_down: tuple[tuple[Shape, ...], ...] | None = Field(
        default=None,
        title="Kernels on the way down",
        description="Kernel sizes of each level's convolutions; two of 3 where not given.",
        json_schema_extra={"advanced": True},
    )
    kernel_size_up: tuple[tuple[Shape, ...], ...] | None = Field(
        default=None,
        title="Kernels on the way up",
        description="Kernel sizes of each level's convolutions; two of 3 where not given.",
        json_schema_extra={"advanced": True},
    )
    constant_upsample: bool = Field(
        default=True,
        title="Upsample by repetition",
        description="Repeats voxels on the way up instead of learning how to upsample.",
        json_schema_extra={"advanced": True},
    )
    padding: Literal["valid", "same"] = Field(
        default="valid",
        title="Padding",
        description="Same keeps the size; valid only uses voxels with full context.",
        json_schema_extra={"advanced": True},
    )
    even_contrast: bool = Field(
        default=True,
        title="Even out contrast",
        description="Gives every patch, and every place of a volume, the same brightness and"
        " contrast, so that volumes recorded differently look alike to the network.",
        json_schema_extra={"advanced": True},
    )
    batch_norm: bool = Field(
        default=False,
        title="Batch normalization",
        description="Normalizes features over the batch; slower, and of use with large batches.",
        json_schema_extra={"advanced": True},
    )

    @model_validator(mode="before")
    @classmethod
    def _leave_out_what_is_off(cls, data: Any) -> Any:
        """Scripts for DaCapo name features that this U-Net lacks, mostly to say they are off."""
        if not isinstance(data, Mapping):
            return data
        for field in _NOT_HERE:
            if data.get(field):
                raise ValueError(f"this U-Net has no {field}; leave it out")
        return {field: value for field, value in data.items() if field not in _NOT_HERE}

    @model_validator(mode="after")
    def _check_dimensions(self) -> Self:
        dims = len(self.input_shape)
        if dims not in (2, 3):
            raise ValueError(f"input_shape has {dims} axes, expected 2 or 3")
        if not _all_positive((self.input_shape, *self.downsample_factors)):
            raise ValueError("input_shape and downsample_factors have to be at least 1")
        increase = self.eval_shape_increase
        if increase is not None and len(increase) != dims:
            raise ValueError(
                f"eval_shape_increase has {len(increase)} axes, input_shape has {dims}"
            )
        for level, factor in enumerate(self.downsample_factors):
            if len(factor) != dims:
                raise ValueError(
                    f"level {level} of downsample_factors has {len(factor)} axes, "
                    f"input_shape has {dims}"
                )
        for field in ("kernel_size_down", "kernel_size_up"):
            self._check_kernels(field, dims)
        return self

    def _check_kernels(self, field: str, dims: int) -> None:
        kernels = getattr(self, field)
        if kernels is None:
            return
        levels = len(self.downsample_factors) + (field == "kernel_size_down")
        if len(kernels) != levels:
            raise ValueError(f"{field} has {len(kernels)} levels, expected {levels}")
        if any(len(kernel) != dims for level in kernels for kernel in level):
            raise ValueError(f"every kernel of {field} needs {dims} axes")
        if not all(level and _all_positive(level) for level in kernels):
            raise ValueError(f"every level of {field} needs kernels of at least 1")


def _all_positive(shapes: Iterable[Shape]) -> bool:
    return all(extent >= 1 for shape in shapes for extent in shape)
