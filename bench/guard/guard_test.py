"""No hot path takes 5 % more instructions than its baseline: guard.py says how they are counted."""

import warnings

import pytest

import guard


@pytest.fixture(scope="module")
def counts(tmp_path_factory):
    return guard.count_all(guard.paths(), tmp_path_factory.mktemp("callgrind"))


@pytest.mark.parametrize("name", guard.paths())
def test_takes_no_more_instructions(counts, name):
    problem = guard.problem(name, counts[name])
    assert problem is None, problem
    if notice := guard.notice(name, counts[name]):
        warnings.warn(notice, stacklevel=1)


def test_metrics_take_less_than_a_hundredth_of_a_get_by_id(counts):
    taken = 1 - counts["graphql_post_uncounted"] / counts["graphql_post"]
    assert 0 < taken < 0.01


def test_baseline_names_the_paths():
    assert list(guard.baseline()) == list(guard.paths())
