"""One sample as the training of a run will see it, beside the untouched patch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dacapo_engine.preview.sample_preview import SamplePreview
from dacapo_engine.service.desk import Desk
from dacapo_engine.service.sample_question import SampleQuestion

__all__ = ["sample"]


def sample(parameters: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """The arrays ``raw``, ``gt``, ``untouched_raw`` and ``untouched_gt`` of sample ``index``.

    Parameters
    ----------
    parameters
        ``config``, the fields of a run file, and ``index``.
    desk
        Keeps the pipeline for the next sample.

    Returns
    -------
    dict
        ``index``, and ``places``: axes, voxel size and offset (nm) of each array.
    """
    question = SampleQuestion.model_validate(parameters)
    arrays = desk.keep(SamplePreview).draw(question.config, question.index)
    for name, array in arrays.items():
        desk.put(name, array.data)
    return {
        "index": question.index,
        "places": {name: array.place() for name, array in arrays.items()},
    }
