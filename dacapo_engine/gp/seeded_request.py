"""A request whose randomness is a function of one number, however long the pipeline is."""

from __future__ import annotations

import hashlib

import gunpowder as gp

__all__ = ["SeededRequest", "sample_seed"]


class SeededRequest(gp.BatchRequest):
    """A BatchRequest that derives a fresh, well mixed seed for every node.

    gunpowder hands each node ``(seed + 1)**2 mod 2**32``. Every second application loses three
    bits of the seed, so that a pipeline of a dozen nodes would draw the same location for every
    sample.
    """

    def _update_random_seed(self) -> None:
        self._random_seed = _mix(self._random_seed)


def sample_seed(run_seed: int, sample: int, label_version: int = 0) -> int:
    """The seed of a sample, below 2**32; a function of the three numbers alone."""
    text = f"{run_seed}/{sample}/{label_version}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=4).digest(), "little")


def _mix(seed: int) -> int:
    digest = hashlib.blake2b(seed.to_bytes(8, "little"), digest_size=4).digest()
    return int.from_bytes(digest, "little")
