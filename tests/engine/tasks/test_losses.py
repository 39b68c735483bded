"""Losses against numpy and by hand."""

import numpy as np
import pytest
import torch

from dacapo_engine.experiments.tasks.losses import (
    AffinitiesLoss,
    DistanceLoss,
    DummyLoss,
    HotDistanceLoss,
    MSELoss,
    OneHotLoss,
)

ALL = [
    AffinitiesLoss(4),
    MSELoss(),
    DistanceLoss(),
    HotDistanceLoss(),
    OneHotLoss(dice_weight=1.0),
    DummyLoss(),
]


def batch(seed=0, shape=(2, 4, 4, 5, 6)):
    rng = np.random.default_rng(seed)
    return rng.normal(size=shape), rng.integers(0, 2, shape), rng.random(shape)


def tensors(*values):
    return [torch.from_numpy(v) for v in values]


def test_affinities_loss_is_the_weighted_cross_entropy():
    logits, target, weight = batch()
    p = 1 / (1 + np.exp(-logits))
    cross_entropy = -(target * np.log(p) + (1 - target) * np.log(1 - p))
    expected = (weight * cross_entropy).sum() / weight.sum()
    loss = AffinitiesLoss(4).compute(*tensors(logits, target.astype(np.uint8), weight))
    assert loss.item() == pytest.approx(expected, rel=1e-5)
    unweighted = AffinitiesLoss(4).compute(*tensors(logits, target))
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


@pytest.mark.parametrize("loss", ALL, ids=lambda loss: type(loss).__name__)
def test_where_nothing_counts_the_loss_is_zero(loss):
    logits, target, weight = tensors(*batch())
    logits.requires_grad_()
    value = loss.compute(logits, target, weight * 0)
    value.backward()
    assert value.item() == 0
    assert not logits.grad.any()


@pytest.mark.parametrize("loss", ALL, ids=lambda loss: type(loss).__name__)
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


def test_distance_loss_is_the_squared_error_of_what_tanh_makes_of_it():
    prediction, _, weight = batch()
    target = np.tanh(np.random.default_rng(1).normal(size=prediction.shape))
    expected = (weight * (np.tanh(prediction) - target) ** 2).sum() / weight.sum()
    loss = DistanceLoss().compute(*tensors(prediction, target, weight))
    assert loss.item() == pytest.approx(expected, rel=1e-5)


def test_hot_distance_loss_is_the_sum_of_two_weighted_means():
    prediction, classes, weight = batch(shape=(2, 4, 5, 6))
    target = classes.astype(float)
    target[:, 2:] = np.tanh(np.random.default_rng(1).normal(size=(2, 2, 5, 6)))
    weight[:, 2:] *= 7
    p = 1 / (1 + np.exp(-prediction[:, :2]))
    t, w = target[:, :2], weight[:, :2]
    entropy = -(w * (t * np.log(p) + (1 - t) * np.log(1 - p))).sum() / w.sum()
    error = (np.tanh(prediction[:, 2:]) - target[:, 2:]) ** 2
    expected = entropy + (weight[:, 2:] * error).sum() / weight[:, 2:].sum()
    loss = HotDistanceLoss().compute(*tensors(prediction, target, weight))
    assert loss.item() == pytest.approx(expected, rel=1e-5)


def one_hot_batch():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(2, 3, 4, 5))
    ids = rng.integers(0, 3, (2, 4, 5))
    target = np.stack([ids == k for k in range(3)], axis=1)
    weight = np.repeat(rng.integers(0, 3, (2, 1, 4, 5)).astype(float), 3, axis=1)
    return logits, ids, target, weight


def test_one_hot_loss_is_the_weighted_cross_entropy_of_the_true_class():
    logits, ids, target, weight = one_hot_batch()
    total = 0.0
    for b, y, x in np.ndindex(*ids.shape):
        p = np.exp(logits[b, :, y, x])
        total -= weight[b, 0, y, x] * np.log(p[ids[b, y, x]] / p.sum())
    loss = OneHotLoss().compute(*tensors(logits, target.astype(np.uint8), weight))
    assert loss.item() == pytest.approx(total / weight[:, 0].sum(), rel=1e-5)


def test_dice_loss_by_hand_leaves_out_what_does_not_count():
    logits, _, target, weight = one_hot_batch()
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    counts = weight > 0
    dice = [
        1 - 2 * (p * target)[:, k][counts[:, k]].sum() / (p + target)[:, k][counts[:, k]].sum()
        for k in range(3)
    ]
    given = tensors(logits, target.astype(np.uint8), weight)
    with_dice = OneHotLoss(dice_weight=0.5).compute(*given)
    without = OneHotLoss().compute(*given)
    assert with_dice.item() - without.item() == pytest.approx(0.5 * np.mean(dice), rel=1e-5)


def test_a_perfect_one_hot_prediction_costs_nothing():
    _, _, target, weight = one_hot_batch()
    logits = torch.from_numpy(target * 1000.0)
    loss = OneHotLoss(dice_weight=1).compute(logits, *tensors(target, weight))
    assert loss.item() == pytest.approx(0, abs=1e-6)


def test_a_class_that_does_not_occur_keeps_the_dice_loss_finite():
    logits, target = torch.zeros(1, 2, 3, 3), torch.zeros(1, 2, 3, 3)
    value = OneHotLoss(dice_weight=1).compute(logits, target, torch.zeros(1, 2, 3, 3))
    assert value.item() == 0


def test_dummy_loss_is_the_mean_absolute_error():
    prediction, target = torch.tensor([[1.0, 4.0]]), torch.tensor([[0.0, 1.0]])
    assert DummyLoss().compute(prediction, target).item() == pytest.approx(2)


def test_no_loss_squares_its_weights():
    prediction, target, weight = tensors(*batch(shape=(2, 4, 5, 6)))
    for loss in (DistanceLoss(), HotDistanceLoss(), OneHotLoss(1), DummyLoss(), MSELoss()):
        once = loss.compute(prediction, target, weight)
        assert once.item() == pytest.approx(
            loss.compute(prediction, target, weight * 5).item(), rel=1e-5
        )
