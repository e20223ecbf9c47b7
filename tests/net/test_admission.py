from ipam_progress.net.admission import Admission


class Visitor:
    def __init__(self) -> None:
        self.reason: str | None = None

    def evict(self, reason: str) -> None:
        self.reason = reason


def test_full_when_the_last_place_is_taken_and_free_when_one_leaves() -> None:
    admission = Admission(connections=2, by_address=9, in_preamble=9)
    first, second = Visitor(), Visitor()
    assert admission.enter(first, "a") is None
    assert not admission.full
    assert admission.enter(second, "b") is None
    assert admission.full
    assert admission.total == 2
    admission.leave(first, "a")
    assert not admission.full


def test_an_address_with_too_many_connections_is_turned_away_and_others_are_not() -> None:
    admission = Admission(connections=9, by_address=1, in_preamble=9)
    first, second, third = Visitor(), Visitor(), Visitor()
    assert admission.enter(first, "a") is None
    assert admission.enter(second, "a") == "a already has 1 connections"
    assert admission.enter(third, "b") is None
    admission.leave(second, "a")
    admission.leave(first, "a")
    assert admission.enter(first, "a") is None


def test_the_oldest_silent_connection_makes_room() -> None:
    admission = Admission(connections=9, by_address=9, in_preamble=2)
    visitors = [Visitor() for _ in range(4)]
    admission.enter(visitors[0], "a")
    admission.enter(visitors[1], "a")
    admission.session_opened(visitors[0])
    admission.enter(visitors[2], "a")
    assert [visitor.reason for visitor in visitors] == [None] * 4
    admission.enter(visitors[3], "a")
    assert visitors[0].reason is None
    assert visitors[1].reason == "more than 2 connections are in their preamble"
    assert visitors[2].reason is visitors[3].reason is None


def test_a_connection_between_sessions_counts_again() -> None:
    admission = Admission(connections=9, by_address=9, in_preamble=1)
    first, second = Visitor(), Visitor()
    admission.enter(first, "a")
    admission.session_opened(first)
    admission.enter(second, "a")
    admission.await_session(first)
    assert second.reason is not None
    admission.leave(second, "a")
    assert first.reason is None
