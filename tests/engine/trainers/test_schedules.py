"""Optimizers by name, and learning rates that count iterations."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.trainers import GunpowderTrainer, GunpowderTrainerConfig
from dacapo_engine.experiments.trainers.optimizers import (
    create_optimizer,
    create_schedule,
    rate_factor,
)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("radam", torch.optim.RAdam), ("adamw", torch.optim.AdamW), ("adam", torch.optim.Adam),
     ("sgd", torch.optim.SGD)],
    ids=str,
)  # fmt: skip
def test_each_optimizer_goes_downhill(kind: str, expected: type) -> None:
    weight = torch.nn.Parameter(torch.tensor([3.0, -2.0]))
    optimizer = create_optimizer(kind, iter([weight]), 0.05)
    assert type(optimizer) is expected
    assert optimizer.param_groups[0]["lr"] == 0.05
    for _ in range(300):
        optimizer.zero_grad()
        weight.square().sum().backward()
        optimizer.step()
    assert weight.abs().max() < 0.2


def test_an_optimizer_that_is_none() -> None:
    with pytest.raises(ConfigError, match="no optimizer 'lion'"):
        create_optimizer("lion", [], 0.1)


def test_worked_example() -> None:
    rates = [rate_factor(n, "cosine", 4, 15) for n in range(15)]
    assert rates[:4] == [0.25, 0.5, 0.75, 1.0]
    assert rates[4] == 1.0
    assert rates[9] == pytest.approx(0.505)
    assert rates[14] == pytest.approx(0.01)
    assert rate_factor(500, "cosine", 4, 15) == pytest.approx(0.01)
    assert [rate_factor(n, "constant", 4, 15) for n in range(3, 15)] == [1.0] * 12


@given(
    warmup=st.integers(0, 50),
    total=st.integers(1, 200),
    kind=st.sampled_from(["constant", "cosine"]),
)
def test_rates_rise_then_never_rise_again(warmup: int, total: int, kind: str) -> None:
    rates = [rate_factor(n, kind, warmup, total) for n in range(total + 5)]
    assert all(0 < rate <= 1 for rate in rates)
    rising, falling = rates[: warmup + 1], rates[max(warmup - 1, 0) :]
    assert rising == sorted(rising)
    assert falling == sorted(falling, reverse=True)


def test_a_resumed_schedule_goes_on_where_it_was() -> None:
    def rates(restart_at: int | None) -> list[float]:
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        schedule = create_schedule(optimizer, "cosine", 3, lambda: 12)
        found = []
        for n in range(12):
            if n == restart_at:
                states = optimizer.state_dict(), schedule.state_dict()
                optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
                schedule = create_schedule(optimizer, "cosine", 3, lambda: 12)
                optimizer.load_state_dict(states[0])
                schedule.load_state_dict(states[1])
            found.append(float(optimizer.param_groups[0]["lr"]))
            optimizer.step()
            schedule.step()
        return found

    whole = rates(None)
    assert rates(7) == whole
    assert whole == pytest.approx([rate_factor(n, "cosine", 3, 12) for n in range(12)])


def test_the_trainer_makes_what_its_config_says() -> None:
    config = GunpowderTrainerConfig(
        optimizer="sgd", schedule="cosine", warmup_iterations=2, learning_rate=0.1
    )
    trainer = GunpowderTrainer(config)
    trainer.num_iterations = 6
    optimizer = trainer.create_optimizer(torch.nn.Linear(2, 2))  # type: ignore[arg-type]
    assert isinstance(optimizer, torch.optim.SGD)
    rates = []
    for _ in range(6):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        assert trainer.scheduler is not None
        trainer.scheduler.step()
    assert rates[:3] == pytest.approx([0.05, 0.1, 0.1])
    assert rates[-1] == pytest.approx(0.001)
    assert math.isclose(rates[-2], 0.1 * (0.01 + 0.99 * (1 + math.cos(math.pi * 2 / 3)) / 2))
