"""When a worker counts as deaf."""

from tasks.deaf import PATIENCE, Ear


def test_deaf_after_a_minute_of_silence_with_a_free_slot_and_a_queue_that_is_not_empty() -> None:
    ear = Ear(0.0)
    assert not ear.deaf(30, received=0, free=True, waiting=3)
    assert not ear.deaf(PATIENCE - 1, received=0, free=True, waiting=3)
    assert ear.deaf(PATIENCE, received=0, free=True, waiting=3)


def test_anything_heard_begins_the_minute_anew() -> None:
    ear = Ear(0.0)
    assert not ear.deaf(50, received=1, free=True, waiting=3)
    assert not ear.deaf(100, received=1, free=True, waiting=3)
    assert ear.deaf(110, received=1, free=True, waiting=3)


def test_a_full_worker_an_empty_queue_and_a_silent_broker_are_no_reason() -> None:
    for excuse in ({"free": False, "waiting": 3}, {"free": True, "waiting": 0}, {"free": True, "waiting": None}):
        ear = Ear(0.0)
        assert not ear.deaf(59, received=0, free=True, waiting=3)
        assert not ear.deaf(61, received=0, **excuse)
        assert not ear.deaf(120, received=0, free=True, waiting=3), "the minute begins after the excuse"
        assert ear.deaf(121, received=0, free=True, waiting=3)
