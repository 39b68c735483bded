"""A run that needs less memory and trains about the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Literal

from dacapo_engine.experiments.architectures.cnnectome_unet_config import CNNectomeUNetConfig
from dacapo_engine.experiments.architectures.unet_sizes import AxisSizes, axis_sizes
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.trainers.gunpowder_trainer_config import GunpowderTrainerConfig
from dacapo_engine.setup.network_presets import PRESETS

__all__ = ["SmallerRun", "smaller"]

Shape = tuple[int, ...]

# Of each axis of the patch: about half of the memory of a volume, and it still shows objects.
_SHARE = 0.8
_SMALLEST_SIDE = 16
_LARGEST_OFFSET = 0.5


@dataclass(frozen=True)
class SmallerRun:
    """The next smaller run.

    Attributes
    ----------
    kind
        What was made smaller.
    sentence
        What changed, from what to what.
    button
        The same in a few words, for a button.
    """

    config: RunConfig
    kind: Literal["batch", "patch", "model"]
    sentence: str

    @property
    def button(self) -> str:
        """``Use smaller batch``."""
        return f"Use smaller {self.kind}"


def smaller(config: RunConfig) -> SmallerRun | None:
    """The next smaller run; None where `config` is as small as it gets.

    First fewer patches at a time, with as many in a step; then a smaller patch; then a smaller
    network. Nothing is tried: what still does not fit is made smaller once more.
    """
    steps: tuple[Callable[[RunConfig], SmallerRun | None], ...] = (_batch, _patch, _model)
    return next((found for step in steps if (found := step(config)) is not None), None)


def _batch(config: RunConfig) -> SmallerRun | None:
    trainer = config.trainer_config
    if not isinstance(trainer, GunpowderTrainerConfig) or trainer.batch_size == 1:
        return None
    size = trainer.batch_size
    # The largest part that goes into the batch a whole number of times.
    part = next(n for n in range(size // 2, 0, -1) if size % n == 0)
    accumulate = trainer.accumulate * size // part
    return SmallerRun(
        config.replace(trainer_config=trainer.replace(batch_size=part, accumulate=accumulate)),
        "batch",
        f"The batch becomes {part} instead of {size}, and {accumulate} batches make one step: it "
        f"still learns from {part * accumulate} samples at a time.",
    )


def _patch(config: RunConfig) -> SmallerRun | None:
    network = config.architecture_config
    if not isinstance(network, CNNectomeUNetConfig):
        return None
    shape = network.input_shape
    axes = [axis_sizes(network, axis) for axis in range(len(shape))]
    reach = _reach(config, len(shape))
    found = tuple(map(_smaller_side, axes, shape, reach))
    if found == shape or prod(found) < _least_voxels(shape):
        return None
    return SmallerRun(
        config.replace(architecture_config=network.replace(input_shape=found)),
        "patch",
        f"The patch becomes {_text(found)} voxels instead of {_text(shape)}.",
    )


def _model(config: RunConfig) -> SmallerRun | None:
    network = config.architecture_config
    if not isinstance(network, CNNectomeUNetConfig):
        return None
    for name, preset in reversed(PRESETS.items()):
        if preset.num_fmaps < network.num_fmaps:
            changed = network.replace(
                num_fmaps=preset.num_fmaps,
                fmap_inc_factor=min(preset.fmap_inc_factor, network.fmap_inc_factor),
                fmaps_out=min(preset.num_fmaps, network.fmaps_out),
            )
            return SmallerRun(
                config.replace(architecture_config=changed),
                "model",
                f"The network gets {preset.num_fmaps} features instead of {network.num_fmaps}, as "
                f"in the preset {name}.",
            )
    return None


def _smaller_side(axis: AxisSizes, size: int, reach: int) -> int:
    """The next smaller side of a patch that can be taken and still shows something."""
    for side in range(int(size * _SHARE), _SMALLEST_SIDE - 1, -1):
        output = axis.output(side)
        if output is not None and output >= _SMALLEST_SIDE and reach <= _LARGEST_OFFSET * output:
            return side
    return size


def _reach(config: RunConfig, dims: int) -> Shape:
    """How far neighbors are away that the task pairs up, per axis."""
    offsets = getattr(config.task_config, "neighborhood", ())
    return tuple(
        max((abs(offset[axis]) for offset in offsets if len(offset) == dims), default=0)
        for axis in range(dims)
    )


def _least_voxels(shape: Shape) -> int:
    """So many as a patch of the smallest preset has: below, a smaller network sees more."""
    tiny = PRESETS["tiny"]
    images = len(shape) == 2 or 1 in shape
    return tiny.patch_2d**2 if images else int(tiny.patch_3d**3)


def _text(shape: Shape) -> str:
    return " x ".join(map(str, shape))
