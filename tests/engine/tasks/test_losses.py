"""Losses against numpy and by hand."""

import numpy as np
import pytest
import torch

from dacapo_engine.experiments.tasks.losses import AffinitiesLoss, MSELoss


def batch(seed=0, shape=(2, 3, 4, 5, 6)):
    rng = np.random.default_rng(seed)
    return rng.normal(size=shape), rng.integers(0, 2, shape), rng.random(shape)


def tensors(*values):
    return [torch.from_numpy(v) for v in values]


def test_affinities_loss_is_the_weighted_cross_entropy():
    logits, target, weight = batch()
    p = 1 / (1 + np.exp(-logits))
    cross_entropy = -(target * np.log(p) + (1 - target) * np.log(1 - p))
    expected = (weight * cross_entropy).sum() / weight.sum()
    loss = AffinitiesLoss(3).compute(*tensors(logits, target.astype(np.uint8), weight))
    assert loss.item() == pytest.approx(expected, rel=1e-5)
    unweighted = AffinitiesLoss(3).compute(*tensors(logits, target))
    assert unweighted.item() == pytest.approx(cross_entropy.mean(), rel=1e-5)


def test_channels_after_the_affinities_are_left_alone():
    logits, target, weight = batch()
    first = AffinitiesLoss(1).compute(*tensors(logits, target, weight))
    alone = AffinitiesLoss(1).compute(*tensors(logits[:, :1], target[:, :1], weight[:, :1]))
    assert first.item() == pytest.approx(alone.item())


def test_mse_loss_weighs_once():
    prediction, target = torch.tensor([[1.0, 4.0]]), torch.tensor([[0.0, 1.0]])
    loss = MSELoss().compute(prediction, target, torch.tensor([[3.0, 1.0]]))
    assert loss.item() == pytest.approx((3 * 1 + 1 * 9) / 4)
    assert MSELoss().compute(prediction, target).item() == pytest.approx(5)


@pytest.mark.parametrize("loss", [AffinitiesLoss(3), MSELoss()])
def test_where_nothing_counts_the_loss_is_zero(loss):
    logits, target, weight = tensors(*batch())
    logits.requires_grad_()
    value = loss.compute(logits, target, weight * 0)
    value.backward()
    assert value.item() == 0
    assert not logits.grad.any()


@pytest.mark.parametrize("loss", [AffinitiesLoss(3), MSELoss()])
def test_mixed_precision_computes_in_float32(loss):
    logits, target, weight = tensors(*batch())
    with torch.autocast("cpu", torch.bfloat16):
        value = loss.compute(logits.bfloat16(), target, weight)
    assert value.dtype == torch.float32
    assert value.item() == pytest.approx(loss.compute(logits, target, weight).item(), rel=1e-2)


def test_extreme_logits_stay_finite():
    logits = torch.tensor([[1e4, -1e4]], dtype=torch.bfloat16, requires_grad=True)
    value = AffinitiesLoss(2).compute(logits, torch.tensor([[0, 1]]), torch.ones(1, 2))
    value.backward()
    assert torch.isfinite(value)
    assert torch.isfinite(logits.grad).all()
