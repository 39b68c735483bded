"""Who looks elsewhere hears once that a training has ended, and how."""

from __future__ import annotations

import pytest

from dacapo_engine.store.status import RunState, RunStatus
from dacapo_napari.dock.train.end_notice import end_words


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (RunState.TRAINING, RunState.FINISHED, "nuclei-1 has finished at iteration 1,200."),
        (RunState.STOPPING, RunState.STOPPED, "nuclei-1 was stopped, its weights are kept"),
        (RunState.VALIDATING, RunState.FAILED, "nuclei-1 has failed at iteration 1,200. No room."),
        (RunState.TRAINING, RunState.VALIDATING, ""),
        (RunState.FINISHED, RunState.FINISHED, ""),
        (None, RunState.FINISHED, ""),
    ],
)
def test_only_an_end_is_told(before: RunState | None, after: RunState, words: str) -> None:
    error = {"message": "No room."} if after is RunState.FAILED else None
    told = end_words(before, RunStatus(state=after, iteration=1200, error=error), "nuclei-1")
    assert told.startswith(words)
    assert bool(told) == bool(words)
