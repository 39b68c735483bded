"""Names of arrays in containers, under the module the reference has them in."""

from __future__ import annotations

from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
    LocalContainerIdentifier,
)

__all__ = ["LocalArrayIdentifier", "LocalContainerIdentifier"]
