"""Subscriptions: what people's addresses ask for, what SNS has, and whether it still has it.

contacts.yaml ──sync──▶ SNS subscriptions ◀──audit── the roster (hashes), kept by sync
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from vigie.domain.contacts import (
    CONFIRMED,
    Act,
    Change,
    Expected,
    Held,
    Roster,
    Wanted,
    changes,
    lets_through,
    mark_of,
    wanted_of,
)
from vigie.domain.people import Person
from vigie.domain.trial import trial
from vigie.errors import Conflict, NotFound, Rejected, Unavailable
from vigie.ports import Pager, Rosters, Subscriptions, TextMessaging


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """A change, and why it could not be made where it could not."""

    change: Change
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one expected subscription is; `held` None: it is gone, or was never made."""

    entry: Expected
    held: Held | None

    @property
    def is_astray(self) -> bool:
        """Whether somebody changed its filter: it is there, and pages may pass it by."""
        held = self.held
        return (
            held is not None
            and held.known
            and not lets_through(held, self.entry.people, self.entry.channel)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A test page: the id that SNS gave it, or why there is none."""

    person: str
    channel: str
    message_id: str = ""
    error: str = ""


def wish(contacts: Mapping[str, Mapping[str, str]]) -> tuple[Wanted, ...]:
    """What people's addresses ask for. Raises `Rejected` with every problem."""
    wanted, problems = wanted_of(contacts)
    if problems:
        raise Rejected("contacts:\n  " + "\n  ".join(problems), field="contacts")
    return wanted


def compare(
    subscriptions: Subscriptions,
    rosters: Rosters,
    wanted: Sequence[Wanted],
    *,
    adopt: bool = False,
    again: bool = False,
) -> tuple[Change, ...]:
    """What a sync would change; with `again`, whoever has not confirmed is asked another time.

    Whoever had confirmed, and waits all the same, was deactivated by SNS: they are always asked.
    """
    roster = rosters.load()

    def ask_again(held: Held) -> bool:
        entry = roster.find(held.protocol, held.endpoint) if roster else None
        return again or (entry is not None and entry.confirmed_at is not None)

    return changes(wanted, list(subscriptions.all(roster)), adopt=adopt, ask_again=ask_again)


def sync(
    subscriptions: Subscriptions,
    rosters: Rosters,
    texts: TextMessaging,
    found: Sequence[Change],
    topic: str,
    new_salt: Callable[[], str],
    now: datetime,
) -> Iterator[Deed]:
    """Make the changes, one after the other; what could not be made says why, the rest goes on.

    Raises `Conflict` where somebody else syncs at the same time.
    """
    # First what must be there, then the deeds: a sync that dies half-way leaves an audit that
    # asks for more than there is, never one that has forgotten somebody. The next sync goes on.
    roster = rosters.save(_roster(rosters.load(), found, topic, new_salt, now))
    arns: dict[str, str] = {}
    for change in found:
        error = ""
        try:
            arn = _make(change, subscriptions, texts)
            if arn and change.wanted:
                arns[mark_of(roster.salt, change.wanted.protocol, change.wanted.endpoint)] = arn
        except (Rejected, Unavailable) as failure:
            error = str(failure)
        yield Deed(change=change, error=error)
    if arns:
        rosters.save(
            replace(
                roster,
                entries=tuple(
                    replace(entry, arn=arns.get(entry.mark, entry.arn)) for entry in roster.entries
                ),
            )
        )


def _roster(
    before: Roster | None,
    found: Sequence[Change],
    topic: str,
    new_salt: Callable[[], str],
    now: datetime,
) -> Roster:
    roster = before or Roster(topic=topic, salt=new_salt())
    if roster.topic != topic:
        raise Rejected(
            f"the table's expected subscriptions are of {roster.topic}, not of {topic}; "
            "each stack has a table and a topic of its own",
            field="topic-arn",
        )
    entries = []
    for change in found:
        wanted, held = change.wanted, change.held
        if wanted is None:
            continue
        known = roster.find(wanted.protocol, wanted.endpoint)
        entry = known or Expected(
            people=wanted.people,
            channel=wanted.channel,
            protocol=wanted.protocol,
            mark=mark_of(roster.salt, wanted.protocol, wanted.endpoint),
            since=now,
        )
        if change.act is Act.CREATE:  # asked for anew, whatever there was before
            entry = replace(entry, since=now, confirmed_at=None, arn="")
        elif held and held.arn:
            seen = None if held.pending else entry.confirmed_at or now
            entry = replace(entry, arn=held.arn, confirmed_at=seen)
        entries.append(replace(entry, people=wanted.people, channel=wanted.channel))
    return replace(roster, entries=tuple(entries))


def _make(change: Change, subscriptions: Subscriptions, texts: TextMessaging) -> str:
    wanted, held = change.wanted, change.held
    if change.act is Act.CREATE and wanted:
        if wanted.protocol == "sms" and texts.opted_out(wanted.endpoint):
            raise Rejected(
                "the number answered STOP, so that SNS sends it nothing; its owner agrees again "
                "by `aws sns opt-in-phone-number` (once in 30 days), then sync again",
                field="sms",
            )
        return subscriptions.subscribe(wanted)
    if change.act is Act.UPDATE and wanted and held:
        subscriptions.refilter(held.arn, wanted)
    elif change.act is Act.REMOVE and held:
        subscriptions.unsubscribe(held.arn)
    return ""


def standings(
    subscriptions: Subscriptions, rosters: Rosters, now: datetime
) -> tuple[Standing, ...]:
    """How every expected subscription is, by person; keeps when one was first seen confirmed.

    Raises `NotFound` before the first sync.
    """
    roster = _loaded(rosters)
    held = list(subscriptions.all(roster))
    by_arn = {one.arn: one for one in held if one.arn}
    by_mark = {mark_of(roster.salt, one.protocol, one.endpoint): one for one in held}
    found = []
    for entry in roster.entries:
        one = by_arn.get(entry.arn) or by_mark.get(entry.mark)
        if one and one.arn and not one.pending:
            entry = replace(entry, arn=one.arn, confirmed_at=entry.confirmed_at or now)
        found.append(Standing(entry=entry, held=one))
    seen = tuple(one.entry for one in found)
    if seen != roster.entries:
        with suppress(Conflict):  # a sync came in between: the next look notes it
            rosters.save(replace(roster, entries=seen))
    return tuple(sorted(found, key=lambda one: (one.entry.people, one.entry.channel)))


def confirm(subscriptions: Subscriptions, token: str) -> str:
    """Confirm by the token, or by the whole address of the confirmation link; gives the ARN."""
    _, _, tail = token.partition("Token=")
    found = (tail.partition("&")[0] if tail else token).strip()
    if not found or not all(c.isascii() and (c.isalnum() or c in "-_") for c in found):
        raise Rejected(
            "--token is neither a token nor a confirmation link; copy the address of the link in "
            "the mail without opening it, or `Token` of the request that a webhook got",
            field="token",
        )
    return subscriptions.confirm(found)


def try_out(
    pager: Pager, rosters: Rosters, people: Sequence[Person], only: str, now: datetime
) -> Iterator[Sent]:
    """A test page to each person by each way that the last sync subscribed.

    Raises `NotFound` before the first sync, or where `only` is nobody that it subscribed.
    """
    roster = _loaded(rosters)
    known = {person.id: person for person in people}
    ways = [
        (person, entry.channel)
        for entry in roster.entries
        for person in entry.people
        if only in ("", person)
    ]
    if not ways:
        raise NotFound(f"{only or 'nobody'} has no subscription; sync first", field="person")
    for name, channel in sorted(ways):
        person = known.get(name) or Person(id=name, role="", language="en")
        try:
            sent = pager.publish(trial(person, channel, now))
            yield Sent(person=name, channel=channel, message_id=sent)
        except (Rejected, Unavailable) as error:
            yield Sent(person=name, channel=channel, error=str(error))


def needs_confirmation(entry: Expected) -> bool:
    """Whether its owner has to agree before anything is sent."""
    return entry.protocol in CONFIRMED


def _loaded(rosters: Rosters) -> Roster:
    roster = rosters.load()
    if roster is None:
        raise NotFound("nothing was synced yet; run contacts sync --apply first", field="contacts")
    return roster
