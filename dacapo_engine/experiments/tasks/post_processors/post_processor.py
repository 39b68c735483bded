"""The contract of every post-processor."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
    PostProcessorParameters,
)

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array

__all__ = ["PostProcessor"]


class PostProcessor(ABC):
    """Makes segmentations from predictions, with parameters among which validation picks.

    Attributes
    ----------
    parameters_type
        The class of its parameters, by which stored ones are read again.
    remembers
        Whether it keeps what it computed last, for whoever tries one setting after the other on
        one prediction; that costs memory.
    """

    parameters_type: ClassVar[type[PostProcessorParameters]]
    remembers: bool = False

    @abstractmethod
    def enumerate_parameters(self) -> Iterable[PostProcessorParameters]:
        """All settings that validation tries, their ids counting from 0."""

    @abstractmethod
    def segment(
        self, prediction: NDArray[Any], parameters: PostProcessorParameters
    ) -> NDArray[np.unsignedinteger[Any]]:
        """Segment a prediction in memory.

        Parameters
        ----------
        prediction
            What the model returns in eval mode, ``[c, (z,) y, x]``; integers are fractions of
            the largest value of their type.
        parameters
            One of, or like, those of `enumerate_parameters`.

        Returns
        -------
        numpy.ndarray
            Ids 1 to n, 0 for background, ``[(z,) y, x]``; of classes that may overlap a channel
            for each, ``[class, (z,) y, x]``.
        """

    def segment_all(
        self, prediction: NDArray[Any], parameters: Iterable[PostProcessorParameters]
    ) -> Iterator[tuple[PostProcessorParameters, NDArray[np.unsignedinteger[Any]]]]:
        """Segment a prediction with several settings; what they share is computed once.

        Yields each setting with its segmentation, not always in the given order.
        """
        for setting in parameters:
            yield setting, self.segment(prediction, setting)

    def set_prediction(self, prediction_array_identifier: Any) -> None:
        """Choose what `process` segments: an array, or the identifier of one."""
        from dacapo_engine.experiments.tasks.stored_array import open_array

        self._prediction = open_array(prediction_array_identifier)

    def process(
        self,
        parameters: PostProcessorParameters,
        output_array_identifier: Any,
        num_workers: int = 16,
        chunk_size: tuple[int, ...] = (64, 64, 64),
    ) -> Array:
        """Segment the prediction that was set, and write the result.

        Parameters
        ----------
        parameters
            See `segment`.
        output_array_identifier
            Where to write; an array that is there is replaced.
        num_workers
            Taken so that the reference's calls keep working: one process segments the volume.
        chunk_size
            Chunks of the output, in voxels.

        Returns
        -------
        Array
            The segmentation, with the region and voxel size of the prediction.
        """
        from dacapo_engine.experiments.tasks.stored_array import write_like

        prediction = self._prediction
        labels = self.segment(prediction[prediction.roi], parameters)
        return write_like(prediction, labels, output_array_identifier, chunk_size)
