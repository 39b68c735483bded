"""A kept prediction, post-processed with other parameters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from dacapo_engine.segmenting.post_processing_session import PostProcessingSession
from dacapo_engine.segmenting.segment_input import parse_box
from dacapo_engine.service.desk import Desk
from dacapo_engine.store.array_store import LocalArrayIdentifier

__all__ = ["post_process"]


class _Question(BaseModel):
    """What to segment, how, and what to compare it with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    run: Path
    prediction: str
    parameters: dict[str, Any]
    box: str | None = None
    labels: str | None = None
    mask: str | None = None


def post_process(parameters: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """The array ``labels``: the objects of a kept prediction.

    Parameters
    ----------
    parameters
        ``run``, a folder; ``prediction``, a `KeptPrediction`; ``parameters``, those of the
        post-processor; where wanted ``box``, ``labels`` to compare with, and the ``mask`` of
        where they say something.
    desk
        Keeps the prediction for the next request.

    Returns
    -------
    dict
        ``count``, ``seconds``, and ``scores`` and ``objects``, which are empty without labels.
    """
    question = _Question.model_validate(parameters)
    found = desk.keep(PostProcessingSession).segment(
        question.run,
        LocalArrayIdentifier.parse(question.prediction),
        question.parameters,
        parse_box(question.box) if question.box else None,
        LocalArrayIdentifier.parse(question.labels) if question.labels else None,
        LocalArrayIdentifier.parse(question.mask) if question.mask else None,
    )
    small = found.labels.max(initial=0) < np.iinfo(np.int32).max
    desk.put("labels", found.labels.astype(np.int32 if small else np.int64))
    return {
        "count": int(found.labels.max(initial=0)),
        "seconds": round(found.seconds, 3),
        "scores": dict(found.scores),
        "objects": dict(found.objects),
    }
