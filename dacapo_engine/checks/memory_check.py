"""Whether there is memory for the run, on the device and for the data workers."""

from __future__ import annotations

from collections.abc import Iterator

from dacapo_engine.checks.finding import Finding
from dacapo_engine.checks.size_words import bytes_words
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.setup.smaller_run import smaller

__all__ = ["check_memory", "check_workers", "out_of_memory"]

_TIGHT = 0.85


def out_of_memory(config: RunConfig, sentence: str) -> Finding:
    """The red finding of a step that did not fit, with the next smaller run as its fix."""
    found = smaller(config)
    if found is None:
        hint = "It cannot be made smaller by itself; use another device, or a smaller volume."
        return Finding("memory", "red", sentence, hint)
    return Finding("memory", "red", sentence, found.sentence, "smaller", found.button)


def check_memory(config: RunConfig, device: str, peak: int, free: int) -> Finding:
    """Whether a step that took `peak` bytes leaves room where `free` were free."""
    where = "in this computer" if device == "cpu" else f"on {device}"
    text = f"A step takes {bytes_words(peak)}; {bytes_words(free)} are free {where}."
    if peak > free:
        return out_of_memory(config, text)
    if peak <= _TIGHT * free:
        return Finding("memory", "green", text)
    found = smaller(config)
    if found is None:
        return Finding("memory", "amber", text, "Close other programs that use the device.")
    return Finding(
        "memory", "amber", f"{text} That is tight.", found.sentence, "smaller", found.button
    )


def check_workers(workers: int, each: int, free: int) -> Iterator[Finding]:
    """Whether `workers` processes of `each` bytes fit into the `free` ones of the computer."""
    needed = workers * each
    if needed <= _TIGHT * free:
        return
    text = (
        f"{workers} data workers take about {bytes_words(needed)} of {bytes_words(free)} that are "
        "free in this computer."
    )
    yield Finding(
        "workers",
        "amber" if needed <= free else "red",
        text,
        "Fewer workers take less, and the samples stay the same.",
        "workers",
        "Use 1 data worker",
        1,
    )
