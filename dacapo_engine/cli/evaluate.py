"""``dacapo-engine evaluate``."""

from __future__ import annotations

import json
import math
from typing import Any

import click

from dacapo_engine.cli.options import ARRAY
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)

__all__ = ["evaluate"]


@click.command()
@click.option("--segmentation", type=ARRAY, required=True, help="The segmentation.")
@click.option("--labels", type=ARRAY, required=True, help="The truth.")
@click.option("--mask", type=ARRAY, help="Only voxels where it is above 0 count.")
@click.option("--count-background", is_flag=True, help="Count voxels where the truth is 0, too.")
@click.option("--places", is_flag=True, help="List every object with its fate and its place.")
def evaluate(
    segmentation: LocalArrayIdentifier,
    labels: LocalArrayIdentifier,
    mask: LocalArrayIdentifier | None,
    count_background: bool,
    places: bool,
) -> None:
    """Compare a segmentation with labels; prints one JSON object."""
    from dacapo_engine.evaluate import evaluate_volumes
    from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array import ZarrArray

    open_array = ZarrArray.open_from_array_identifier
    scores = evaluate_volumes(
        open_array(segmentation),
        open_array(labels),
        open_array(mask) if mask is not None else None,
        count_background=count_background,
        places=places,
    )
    click.echo(json.dumps({name: _plain(value) for name, value in scores.items()}))


def _plain(value: Any) -> Any:
    """JSON has no NaN; a score that does not exist is null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
