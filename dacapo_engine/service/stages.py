"""One sample after every node of the pipeline, from the file to the target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dacapo_engine.preview.sample_preview import SamplePreview
from dacapo_engine.service.desk import Desk
from dacapo_engine.service.sample_question import SampleQuestion

__all__ = ["stages"]


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
    question = SampleQuestion.model_validate(parameters)
    stacked = desk.keep(SamplePreview).stages(question.config, question.index)
    for name, array in stacked.arrays.items():
        desk.put(name, array.data)
    return {
        "index": question.index,
        "names": list(stacked.names),
        "places": {name: array.place() for name, array in stacked.arrays.items()},
    }
