"""Predictions as numbers in their own range, however they are stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.errors import DataError

__all__ = ["as_type", "first_channels"]


def first_channels(
    prediction: NDArray[Any], num_channels: int, lowest: float = 0.0
) -> NDArray[Any]:
    """The first channels of a prediction ``[c, (z,) y, x]``.

    Parameters
    ----------
    prediction
        Integers stand for `lowest` to 1, from 0 to the largest value of their type.
    num_channels
        How many are needed.
    lowest
        The lowest value that the channels can take.

    Raises
    ------
    DataError
        If there are fewer channels.
    """
    if len(prediction) < num_channels:
        raise DataError(
            f"Expected a prediction of {num_channels} channels, got {len(prediction)}.",
            hint="Predict with the model of the same task.",
        )
    values = prediction[:num_channels]
    if values.dtype.kind not in "ui":
        return values
    return values * np.float32((1 - lowest) / np.iinfo(values.dtype).max) + np.float32(lowest)


def as_type(
    prediction: NDArray[Any], dtype: np.dtype[Any], lowest_values: Sequence[float]
) -> NDArray[Any]:
    """A prediction ``[c, (z,) y, x]`` of floats as it is stored.

    Parameters
    ----------
    dtype
        Floats stay what they are; integers stand for the range of their channel, as
        `first_channels` reads them.
    lowest_values
        The lowest value of each channel; the highest is 1.
    """
    if dtype.kind not in "ui":
        return prediction.astype(dtype)
    lowest = np.asarray(lowest_values).reshape(-1, *(1,) * (prediction.ndim - 1))
    shares = np.clip((prediction - lowest) / (1 - lowest), 0, 1)
    return np.rint(shares * np.iinfo(dtype).max).astype(dtype)
