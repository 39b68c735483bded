"""Kinds of command-line values that several commands take."""

from __future__ import annotations

from typing import Any

import click

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)

__all__ = ["ARRAY", "AXES", "ArrayType", "AxesType"]


class ArrayType(click.ParamType[LocalArrayIdentifier]):
    """A container and the dataset in it: ``volume.zarr/raw``."""

    name = "C/D"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> LocalArrayIdentifier:
        """Split at the end of the container's name."""
        if isinstance(value, LocalArrayIdentifier):
            return value
        try:
            return LocalArrayIdentifier.parse(str(value))
        except ConfigError as error:
            self.fail(str(error), param, ctx)


class AxesType(click.ParamType[tuple[str, ...]]):
    """Names of axes: ``zyx``, ``z,y,x`` or ``syx``."""

    name = "AXES"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Letters of s, t, c, z, y, x, each at most once."""
        letters = tuple(letter for letter in str(value).lower() if letter not in ", ")
        if not letters or set(letters) - set("stczyx") or len(set(letters)) < len(letters):
            self.fail(
                f"{value!r} names no axes; expected letters of s (separate images), t (time), "
                "c (channels), z, y, x, such as zyx or syx.",
                param,
                ctx,
            )
        return letters


ARRAY = ArrayType()
AXES = AxesType()
