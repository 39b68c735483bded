"""A network with a task's head."""

from __future__ import annotations

import torch
from funlib.geometry import Coordinate

from dacapo_engine.experiments.architectures.architecture import Architecture

__all__ = ["Model"]


class Model(torch.nn.Module):
    """An architecture followed by the head of a task.

    Parameters
    ----------
    architecture
        From raw ``[batch, channels, (z,) y, x]`` to features.
    prediction_head
        From features to the channels that the task predicts.
    eval_activation
        Applied in evaluation mode only; in training the loss sees the plain output.
    """

    def __init__(
        self,
        architecture: Architecture,
        prediction_head: torch.nn.Module,
        eval_activation: torch.nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.architecture = architecture
        self.prediction_head = prediction_head
        self.eval_activation = eval_activation
        self.input_shape = architecture.input_shape
        self.eval_input_shape = self.input_shape + architecture.eval_shape_increase
        self.num_in_channels = architecture.num_in_channels
        self._num_out_channels: int | None = None

    @property
    def num_out_channels(self) -> int:
        """Channels of the prediction."""
        if self._num_out_channels is None:
            self._num_out_channels = self._count_channels()
        return self._num_out_channels

    @property
    def output_shape(self) -> Coordinate:
        """Spatial shape of the prediction of a training patch, in voxels."""
        return self.compute_output_shape(self.input_shape)[1]

    @property
    def context(self) -> Coordinate:
        """Voxels on each side of a predicted voxel that it depends on."""
        kernels = [getattr(part, "kernel_size", None) for part in self.prediction_head.modules()]
        reach = sum(max(kernel) // 2 for kernel in kernels if kernel is not None)
        return self.architecture.context + Coordinate((reach,) * self.architecture.dims)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Predict ``[batch, channels, (z,) y, x]``."""
        prediction: torch.Tensor = self.prediction_head(self.architecture(x))
        if not self.training and self.eval_activation is not None:
            prediction = self.eval_activation(prediction)
        return prediction

    def compute_output_shape(self, input_shape: Coordinate) -> tuple[int, Coordinate]:
        """Channels and spatial shape of the prediction for a spatial `input_shape` in voxels.

        Raises ConfigError, naming the nearest shapes that fit, where it cannot be taken.
        """
        return self.num_out_channels, self.architecture.output_shape(Coordinate(input_shape))

    def scale(self, voxel_size: Coordinate) -> Coordinate:
        """Voxel size of the prediction for a `voxel_size` of raw, in world units."""
        return self.architecture.scale(Coordinate(voxel_size))

    def _count_channels(self) -> int:
        features = torch.zeros(
            (1, self.architecture.num_out_channels, *(1,) * self.architecture.dims),
            device=next(self.parameters()).device,
        )
        with torch.no_grad():
            return int(self.prediction_head(features).shape[1])
