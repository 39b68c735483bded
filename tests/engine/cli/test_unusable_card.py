"""A card that the installed torch cannot use is said, with the command that mends it."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
import torch

from dacapo_engine import devices

SENTENCE = "NVIDIA T4 found, but this PyTorch cannot use it. Install: pip install torch"


@pytest.fixture(autouse=True)
def _card(nvidia_smi: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    nvidia_smi("GPU-1, NVIDIA T4, 15360, 15000")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


def test_it_is_listed(works: Callable[..., str]) -> None:
    assert SENTENCE in works("devices")


def test_training_elsewhere_by_itself_says_so(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert devices.choose_device("auto").type != "cuda"
    assert SENTENCE in caplog.text


def test_another_choice_is_nobodys_concern(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        devices.choose_device("cpu")
    assert not caplog.text
