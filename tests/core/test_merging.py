"""Merging tickets: who comes along, chains, and the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.core.doing import OLGA, PETR, WHO, happened, names, requested, told, workspace
from tests.core.samples import IVAN, MALLORY, event
from tracker.core import merging, operations
from tracker.core.addresses import Address
from tracker.core.notices import due
from tracker.core.operations import OperationError
from tracker.core.workspace import NoTicketError


def test_a_merge_closes_and_its_people_take_part_in_the_other() -> None:
    work = workspace(requested(42, participants=(OLGA,)), requested(17, PETR))
    assert names(merging.merge(work, 42, 17, WHO)) == ["merged", "closed"]
    assert (work.need(42).merged_into, work.need(42).status) == ("ACCREDO-17", "closed")
    assert happened(work, 17)[0] == ("took", {"from": "ACCREDO-42"})
    assert set(work.need(17).participants) == {IVAN, OLGA}
    assert work.need(17).status == "open"
    told(work, 17)
    assert merging.merge(work, 42, 17, WHO) == []


def test_a_merge_is_taken_back_with_the_people_it_brought() -> None:
    work = workspace(requested(42, participants=(OLGA,)), requested(17, PETR))
    operations.join(work, 17, WHO, [OLGA])
    merging.merge(work, 42, 17, WHO)
    assert names(merging.unmerge(work, 42, WHO)) == ["unmerged", "reopened"]
    assert work.need(17).participants == (OLGA,), "she took part before"
    assert work.need(42).merged_into == ""
    assert work.need(42).status == "open"
    assert ("released", {"from": "ACCREDO-42"}) in happened(work, 17)
    assert merging.unmerge(work, 42, WHO) == []
    told(work, 17)
    again = merging.merge(work, 42, 17, WHO)
    assert names(again) == ["merged", "closed"]


def test_who_wanted_no_letters_gets_none_about_the_other() -> None:
    silent = (OLGA.key, "gone@example.org")
    work = workspace(requested(42, participants=(OLGA,), muted=silent), requested(17, PETR))
    merging.merge(work, 42, 17, WHO)
    assert set(work.need(17).participants) == {IVAN, OLGA}
    assert work.need(17).muted == (OLGA.key,)
    owed = {one.recipient for one in due(work.need(17)) if not one.recipient.startswith("@")}
    assert owed == {PETR.key, IVAN.key}
    told(work, 17)


def test_who_took_part_already_goes_on_as_before() -> None:
    there = requested(17, PETR, participants=(OLGA,))
    work = workspace(requested(42, OLGA, participants=(PETR,), muted=(OLGA.key, PETR.key)), there)
    merging.merge(work, 42, 17, WHO)
    assert work.need(17).muted == ()
    work = workspace(requested(42, OLGA), replace(there, muted=(OLGA.key,)))
    merging.merge(work, 42, 17, WHO)
    assert work.need(17).muted == (OLGA.key,)


def test_a_merge_is_taken_back_with_the_silence_it_brought() -> None:
    work = workspace(requested(42, OLGA), requested(17))
    operations.mute(work, 42, WHO, OLGA.key)
    merging.merge(work, 42, 17, WHO)
    operations.mute(work, 17, WHO, IVAN.key)
    merging.unmerge(work, 42, WHO)
    assert (work.need(17).muted, work.need(17).participants) == ((IVAN.key,), ())
    assert work.need(42).muted == (OLGA.key,)
    told(work, 17)
    told(work)


def test_a_wish_since_the_merge_is_taken_along() -> None:
    work = workspace(requested(42, OLGA, participants=(PETR,), muted=(PETR.key,)), requested(17))
    merging.merge(work, 42, 17, WHO)
    operations.mute(work, 17, WHO, OLGA.key)
    operations.mute(work, 17, WHO, PETR.key, muted=False)
    merging.unmerge(work, 42, WHO)
    assert work.need(42).muted == (OLGA.key,)
    assert work.need(17).muted == ()


def test_who_was_silent_before_is_so_afterwards() -> None:
    work = workspace(requested(42, OLGA), requested(17))
    operations.join(work, 17, WHO, [OLGA])
    operations.mute(work, 17, WHO, OLGA.key)
    operations.leave(work, 17, WHO, OLGA.key)
    merging.merge(work, 42, 17, WHO)
    merging.unmerge(work, 42, WHO)
    assert (work.need(17).participants, work.need(17).muted) == ((), (OLGA.key,))


def test_who_came_with_two_merges_leaves_with_the_second() -> None:
    work = workspace(requested(1, OLGA), requested(2, OLGA), requested(17))
    merging.merge(work, 1, 17, WHO)
    merging.merge(work, 2, 17, WHO)
    merging.unmerge(work, 1, WHO)
    assert work.need(17).participants == (OLGA,)
    merging.unmerge(work, 2, WHO)
    assert work.need(17).participants == ()


def test_whom_an_agent_added_after_a_merge_stays() -> None:
    work = workspace(requested(42, PETR), requested(2, OLGA), requested(17))
    merging.merge(work, 42, 17, WHO)
    operations.join(work, 17, replace(WHO, at=WHO.at + timedelta(minutes=1)), [OLGA])
    merging.merge(work, 2, 17, WHO)
    merging.unmerge(work, 2, WHO)
    assert work.need(17).participants == (PETR, OLGA)


def test_what_nobody_reviewed_brings_nobody() -> None:
    held = requested(42, MALLORY)
    held = replace(held, entries=(replace(held.entries[0], visibility="held"),))
    work = workspace(held, requested(17))
    merging.merge(work, 42, 17, WHO)
    assert work.need(17).participants == ()


def test_merges_in_a_chain_lead_to_the_last() -> None:
    work = workspace(*(requested(n, Address("", f"a{n}@x.org")) for n in (1, 2, 3, 4)))
    merging.merge(work, 1, 2, WHO)
    merging.merge(work, 2, 3, WHO)
    merging.merge(work, 4, 1, WHO)
    assert work.need(4).merged_into == "ACCREDO-3"
    assert work.final(work.need(1)).number == 3
    with pytest.raises(OperationError, match="ACCREDO-1 was merged into ACCREDO-3") as caught:
        merging.merge(work, 3, 1, WHO)
    assert caught.value.hint == "Take that back first: `tracker merge 1 --undo`."
    with pytest.raises(OperationError, match="ACCREDO-3 can't be merged into itself"):
        merging.merge(work, 3, 3, WHO)


def test_merged_anew_it_leaves_the_first() -> None:
    work = workspace(requested(42, OLGA), requested(17), requested(18))
    merging.merge(work, 42, 17, WHO)
    assert names(merging.merge(work, 42, 18, WHO)) == ["merged"], "closed it is already"
    assert work.need(42).merged_into == "ACCREDO-18"
    assert work.need(17).participants == ()
    assert work.need(18).participants == (OLGA,)
    merging.unmerge(work, 42, WHO)
    assert work.need(18).participants == ()


def test_a_merge_into_what_is_gone_can_be_taken_back() -> None:
    gone = requested(42).with_entries(event("merged", data={"into": "ACCREDO-99"}))
    work = workspace(replace(gone, status="closed"))
    assert names(merging.unmerge(work, 42, WHO)) == ["unmerged", "reopened"]


def test_a_merge_needs_both() -> None:
    work = workspace()
    for one, two in ((42, 9), (9, 42)):
        with pytest.raises(NoTicketError):
            merging.merge(work, one, two, WHO)
