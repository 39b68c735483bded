"""One sample after every node of the pipeline, from the file to the target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.preview.sample_preview import SamplePreview
from dacapo_engine.service.desk import Desk

__all__ = ["stages"]


class _Question(BaseModel):
    """A run, its volumes as files, and the number of a sample."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    config: RunConfig
    index: int = Field(default=0, ge=0)


def stages(parameters: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """The arrays ``raw``, ``gt``, ``mask``, ``target`` and ``weight`` of sample ``index``.

    Each is ``[c, node, (z,) y, x]``, or without channels, on the region that its stages cover
    together.

    Parameters
    ----------
    parameters
        ``config``, the fields of a run file, and ``index``.
    desk
        Keeps the pipeline for the next sample.

    Returns
    -------
    dict
        ``index``; ``names`` of the nodes; and ``places``: axes without that of the nodes, voxel
        size and offset (nm) of each array.
    """
    question = _Question.model_validate(parameters)
    stacked = desk.keep(SamplePreview).stages(question.config, question.index)
    for name, array in stacked.arrays.items():
        desk.put(name, array.data)
    return {
        "index": question.index,
        "names": list(stacked.names),
        "places": {name: array.place() for name, array in stacked.arrays.items()},
    }
