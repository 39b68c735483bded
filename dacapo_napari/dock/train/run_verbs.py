"""What can be done with a run in each of its states."""

from __future__ import annotations

from dataclasses import dataclass

from dacapo_engine.store.status import RunState
from dacapo_napari.sections.train.train_bar import Verbs

__all__ = ["RunFacts", "verbs_of"]


@dataclass(frozen=True)
class RunFacts:
    """All that decides which buttons can be pressed.

    Attributes
    ----------
    is_described
        Whether there is enough to begin a new run.
    has_begun
        Whether the run was trained.
    active
        Whether it is in training, or being started.
    stopping, cancelling
        Whether it was asked to end, and to keep nothing.
    wants_snapshot, wants_scores
        Whether that was asked for and did not come yet.
    is_silent
        Whether it does not answer.
    checking
        Whether a new run is tried out before it starts.
    """

    is_described: bool = False
    has_begun: bool = False
    active: bool = False
    stopping: bool = False
    cancelling: bool = False
    state: RunState | None = None
    wants_snapshot: bool = False
    wants_scores: bool = False
    is_silent: bool = False
    checking: bool = False


def verbs_of(facts: RunFacts) -> Verbs:
    """What the buttons say, and which of them can be pressed."""
    starting = facts.active and facts.state is RunState.STARTING and not facts.stopping
    answers = facts.active and not facts.stopping and not starting
    validating = facts.state is RunState.VALIDATING
    return Verbs(
        runs=facts.active and not starting,
        start=_start_text(facts, starting),
        can_start=not (facts.active or facts.checking) and (facts.is_described or facts.has_begun),
        stop=_stop_text(facts),
        can_stop=facts.active and not facts.stopping,
        can_cancel=facts.checking or (facts.active and not facts.cancelling),
        snapshot="Snapshot…" if facts.wants_snapshot else "Snapshot",
        can_snapshot=answers and not validating and not facts.wants_snapshot,
        validate="Validating…" if facts.wants_scores or validating else "Validate",
        can_validate=answers and not validating and not facts.wants_scores,
        can_end=facts.active and facts.is_silent,
    )


def _start_text(facts: RunFacts, starting: bool) -> str:
    if facts.checking:
        return "Checking…"
    if starting:
        return "Starting…"
    return "Continue" if facts.has_begun and not facts.active else "Start"


def _stop_text(facts: RunFacts) -> str:
    if facts.cancelling:
        return "Cancelling…"
    return "Stopping…" if facts.stopping else "Stop and keep"
