from __future__ import annotations

from dacapo_engine.training.step_time import StepTime


def test_the_first_step_is_soon_forgotten() -> None:
    time = StepTime(memory=4)
    time.add(60.0)
    assert time.seconds == 60.0
    time.add(2.0)
    assert time.seconds == 2.0
    time.add(4.0)
    assert time.seconds == 3.0
    for _ in range(50):
        time.add(1.0)
    assert abs(time.seconds - 1.0) < 1e-3
