"""Loads what later requests need, so that the first of them does not wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dacapo_engine.service import VERBS, handler_of
from dacapo_engine.service.desk import Desk

__all__ = ["warm"]


def warm(parameters: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """Import what answers ``verbs``; everything where none are named."""
    verbs = [str(verb) for verb in parameters.get("verbs") or VERBS]
    for verb in verbs:
        handler_of(verb)
    return {"verbs": verbs}
