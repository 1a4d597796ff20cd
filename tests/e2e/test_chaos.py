from functools import cache

import pytest

from tests.e2e.chaos import BATCHES, WRITES, Fault, a_crisis, a_surge, told

COMMITTED = ("triage", "TransactWriteItems")
MODES = ("killed before", "killed after", "timed out after", "throttled before")


def undisturbed(story=a_crisis):
    return _told_once(story)


@cache
def _told_once(story):
    with told(story=story) as (ending, _):
        return ending


def writes_of(ending):
    return [call for call in ending.calls if call[2] in WRITES]


def assert_same(ending, crashes=1, story=a_crisis):
    plain = undisturbed(story)
    assert ending.mentions == plain.mentions
    assert ending.tallies == plain.tallies
    assert ending.resolved == plain.resolved
    assert ending.timers == plain.timers
    assert ending.problems == []
    assert ending.late_pages == 0
    assert set(ending.pages) == set(plain.pages)
    for page, times in ending.pages.items():
        assert times <= plain.pages[page] + crashes, page
    assert set(ending.dead_letters) == set(plain.dead_letters)


def test_the_story_undisturbed():
    plain = undisturbed()

    assert len(plain.tallies) == 2
    assert sorted(t[0] for t in plain.tallies.values()) == [1, 3]
    assert max(plain.pages.values()) == 1
    assert {step for _, step, _, _ in plain.pages} == {"1", "2"}
    assert plain.dead_letters.total() == 1
    assert plain.timers == set()
    assert len(plain.resolved) == 1
    assert plain.problems == []
    assert "no incident" in plain.mentions.values()


def test_the_story_has_every_function_writing():
    # api, classify and the others each have their turn at being killed.
    assert {f for f, _, _ in writes_of(undisturbed())} == {
        "ingest_poll",
        "classify",
        "triage",
        "escalate",
        "api",
        "watch",
    }


# The sweep writes the same every minute: its first turns stand for all.
def interesting(ending, most_of_watch=3):
    turns = 0
    for index, (function, _, _) in enumerate(writes_of(ending)):
        if function == "watch":
            turns += 1
            if turns > most_of_watch:
                continue
        yield index


@cache
def cases(every, story=a_crisis):
    """Every write killed after it was applied; of the other modes a slice, or all."""
    indexes = list(interesting(undisturbed(story)))
    return [
        (mode, index)
        for position, mode in enumerate(MODES)
        for place, index in enumerate(indexes)
        if mode == "killed after" or place % every == position % every
    ]


def run_case(mode, index, story=a_crisis):
    fault = Fault(mode, index)
    with told(fault, story=story) as (ending, _):
        assert fault.hit, f"call {index} never came"
        try:
            assert_same(ending, story=story)
        except AssertionError as error:
            raise AssertionError(f"{mode} {fault.hit} (write {index})\n{error}") from error


PARTS = 8


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_lost_or_doubled_when_a_function_dies_at_any_write(part):
    for mode, index in cases(14)[part::PARTS]:
        run_case(mode, index)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_lost_or_doubled_in_any_mode_at_any_write(part):
    for mode, index in cases(1)[part::PARTS]:
        run_case(mode, index)


def test_the_surge_undisturbed():
    plain = undisturbed(a_surge)

    assert [(total, counts) for total, counts, _ in plain.tallies.values()] == [
        (46, {"low": 40, "high": 6})
    ]
    assert plain.pages
    assert plain.timers == set()
    assert plain.problems == []


def triage_writes():
    writes = enumerate(writes_of(undisturbed(a_surge)))
    return [n for n, (function, _, operation) in writes if (function, operation) == COMMITTED]


def test_a_surge_counts_the_same_when_triage_dies_at_a_commit():
    for place, index in enumerate(triage_writes()[:4]):
        run_case(("killed after", "killed before")[place % 2], index, a_surge)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
def test_a_surge_counts_the_same_in_any_mode_at_any_write(part):
    for mode, index in cases(1, a_surge)[part::PARTS]:
        run_case(mode, index, a_surge)


def test_a_transaction_that_meets_another_is_tried_again():
    transactions = [c for c in undisturbed().calls if c[2] == "TransactWriteItems"]
    for index in range(0, len(transactions), 2):
        fault = Fault("conflict before", index, frozenset({"TransactWriteItems"}))
        with told(fault) as (ending, _):
            assert fault.hit
            assert_same(ending, crashes=0)


@pytest.mark.parametrize("share", ["all", "first"])
def test_partial_success_of_a_batch_call_is_handled(share):
    for index in batch_calls()[share == "first" :: 5]:
        leave_out(share, index)


@pytest.mark.soak
@pytest.mark.parametrize("share", ["all", "first"])
def test_partial_success_of_every_batch_call_is_handled(share):
    for index in batch_calls():
        leave_out(share, index)


def batch_calls():
    """All of the story; of the sweeps, which repeat themselves, the first few."""
    calls = [c for c in undisturbed().calls if c[2] in BATCHES]
    sweeps = [n for n, c in enumerate(calls) if c[0] == "watch"]
    return [n for n in range(len(calls)) if n not in sweeps[3:]]


def leave_out(share, index):
    seen = iter(range(10**6))

    def partial(function, service, operation, params, seen=seen, index=index):
        if operation not in BATCHES or next(seen) != index:
            return set()
        if operation == "SendMessageBatch":
            ids = {entry["Id"] for entry in params["Entries"]}
            return ids if share == "all" else {min(ids)}
        (table,) = params["RequestItems"].values()
        places = set(range(len(table["Keys"])))
        return places if share == "all" else {0}

    with told(partial=partial) as (ending, _):
        assert_same(ending, crashes=0)
