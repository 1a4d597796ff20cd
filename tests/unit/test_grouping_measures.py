import pytest

from local.bench.grouping_measures import area, bcubed


def test_bcubed_of_a_perfect_grouping_is_one_and_chatter_costs_precision():
    gold = ["flood", "flood", "fire", "fire"]

    assert bcubed(gold, [1, 1, 2, 2])["f1"] == 1
    assert bcubed([*gold, ""], [1, 1, 2, 2, 2])["precision"] == pytest.approx((2 + 4 / 3) / 4, 1e-3)
    assert bcubed(gold, [1, 2, 3, 4]) == {"precision": 1, "recall": 0.5, "f1": 0.667}
    assert bcubed(gold, [1, 1, 1, 1])["precision"] == 0.5


def test_the_area_counts_ties_half():
    assert area([2, 3], [0, 1]) == 1
    assert area([1, 1], [1, 1]) == 0.5
    assert area([0, 2], [1, 1]) == 0.5
