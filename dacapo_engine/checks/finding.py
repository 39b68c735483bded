"""What a check found: a traffic light, a sentence, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

__all__ = ["CheckReport", "Finding", "Fix", "Level"]

Level = Literal["green", "amber", "red"]
_LEVELS: tuple[Level, ...] = ("green", "amber", "red")

Fix = Literal["smaller", "tiny", "folder", "workers"]
"""What a button can do: make the run smaller, choose the tiny preset, choose another runs folder,
use other data workers."""


@dataclass(frozen=True)
class Finding:
    """The answer to one question.

    Attributes
    ----------
    name
        What it is about, in a word: ``memory``.
    level
        ``red`` stops Start; ``amber`` is worth a look.
    sentence
        What was found, with units.
    hint
        What to do about it.
    fix
        What a program can do about it; None where it needs a person.
    button
        The fix in a few words.
    value
        The number that the fix sets, where it sets one.
    """

    name: str
    level: Level
    sentence: str
    hint: str = ""
    fix: Fix | None = None
    button: str = ""
    value: int | None = None


@dataclass(frozen=True)
class CheckReport:
    """All findings, and the figures they come from.

    Attributes
    ----------
    figures
        Numbers by name, such as ``seconds_per_iteration`` or ``peak_bytes``.
    """

    findings: tuple[Finding, ...]
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def level(self) -> Level:
        """The worst of the findings."""
        levels = [_LEVELS.index(finding.level) for finding in self.findings]
        return _LEVELS[max(levels, default=0)]

    @property
    def worst(self) -> Finding | None:
        """The first finding of the worst level; None where all is well."""
        if self.level == "green":
            return None
        return next(finding for finding in self.findings if finding.level == self.level)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        findings = [asdict(finding) for finding in self.findings]
        return {"level": self.level, "findings": findings, "figures": dict(self.figures)}

    @classmethod
    def of_dict(cls, data: Mapping[str, Any]) -> CheckReport:
        """The report that `as_dict` made into plain data."""
        findings = tuple(Finding(**entry) for entry in data["findings"])
        return cls(findings, {name: float(n) for name, n in data.get("figures", {}).items()})
