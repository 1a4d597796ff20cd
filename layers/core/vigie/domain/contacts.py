"""Who is subscribed to the Alerts topic by which way, and what would have to change.

An address stands in contacts.yaml and in SNS. What is kept of it here is a hash (`mark`), what
is shown of it a few characters (`masked`).
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

PROTOCOLS = {"sms": "sms", "mail": "email", "chat": "https", "webhook": "https"}
# SNS: what must be confirmed from the address itself, and is dropped when it was not (AWS,
# May 2023). A telephone is subscribed at once.
CONFIRMED = frozenset({"email", "https"})
UNCONFIRMED_LIVE = timedelta(hours=48)
# SNS, "Filter policy constraints": by default, and of one policy.
POLICIES_OF_A_TOPIC = 200
VALUES_OF_A_POLICY = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One address and whose pages go there: SNS has one subscription an address, however many
    people share it."""

    protocol: str
    endpoint: str = field(repr=False)
    channel: str
    people: tuple[str, ...]

    @property
    def policy(self) -> dict[str, list[str]]:
        """What SNS lets through."""
        return policy_of(self.people, self.channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A subscription as SNS tells of it. Of one that waits for its confirmation the list gives
    no ARN; `known` is whether its filter could be read."""

    arn: str
    protocol: str
    endpoint: str = field(repr=False)
    pending: bool = False
    known: bool = False
    policy: Mapping[str, Any] | None = None
    raw: bool = False
    authenticated: bool | None = None

    @property
    def owned(self) -> bool:
        """Whether its filter is one that we write: people and one channel, nothing else."""
        policy = self.policy
        return (
            policy is not None
            and set(policy) == {"audience", "channel"}
            and all(isinstance(name, str) for name in policy["audience"])
            and len(policy["channel"]) == 1
            and policy["channel"][0] in PROTOCOLS
        )


class Act(StrEnum):
    """What is to be done about an address."""

    CREATE = "create"
    UPDATE = "update"
    REMOVE = "remove"
    KEEP = "keep"
    # Somebody made it by hand, with a filter of their own or none.
    FOREIGN = "foreign"
    # It is to go, but waits for its confirmation: SNS drops it by itself.
    EXPIRES = "expires"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be done, and to what."""

    act: Act
    wanted: Wanted | None = None
    held: Held | None = None

    @property
    def people(self) -> tuple[str, ...]:
        """Whom it is about."""
        if self.wanted:
            return self.wanted.people
        policy = self.held.policy if self.held else None
        return tuple(policy["audience"]) if policy else ()

    @property
    def channel(self) -> str:
        """By which way."""
        if self.wanted:
            return self.wanted.channel
        policy = self.held.policy if self.held else None
        return str(policy["channel"][0]) if policy else ""

    @property
    def endpoint(self) -> str:
        """The address; never to be shown but masked."""
        one = self.wanted or self.held
        return one.endpoint if one else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A subscription that must be there. `since` is when we last asked SNS for it, `confirmed_at`
    when it was first seen confirmed: SNS does not tell when it was."""

    people: tuple[str, ...]
    channel: str
    protocol: str
    mark: str
    arn: str = ""
    since: datetime
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """All that must be there; `revision` tells two people who change it at once apart."""

    topic: str
    salt: str
    revision: int = 0
    entries: tuple[Expected, ...] = ()

    def find(self, protocol: str, endpoint: str) -> Expected | None:
        """The entry of an address."""
        mark = mark_of(self.salt, protocol, endpoint)
        return next((entry for entry in self.entries if entry.mark == mark), None)


def wanted_of(contacts: Mapping[str, Mapping[str, str]]) -> tuple[tuple[Wanted, ...], list[str]]:
    """The subscriptions that people's addresses (`{person: {channel: address}}`) ask for, and in
    words what cannot be."""
    found: dict[tuple[str, str], Wanted] = {}
    problems = []
    for person, addresses in contacts.items():
        for channel, endpoint in addresses.items():
            key = _key(PROTOCOLS[channel], endpoint)
            one = found.get(key)
            if one is None:
                found[key] = Wanted(
                    protocol=key[0], endpoint=endpoint, channel=channel, people=(person,)
                )
            elif one.channel != channel:
                problems.append(
                    f"{person}.{channel}: {masked(endpoint)} is the {one.channel} of "
                    f"{', '.join(one.people)} too; SNS has one subscription an address, so give "
                    "it one channel"
                )
            elif person not in one.people:
                found[key] = Wanted(
                    protocol=one.protocol,
                    endpoint=one.endpoint,
                    channel=channel,
                    people=(*one.people, person),
                )
    for one in found.values():
        if len(one.people) > VALUES_OF_A_POLICY:
            problems.append(
                f"{masked(one.endpoint)} is the {one.channel} of {len(one.people)} people; a "
                f"filter of SNS takes at most {VALUES_OF_A_POLICY}"
            )
    return tuple(found.values()), problems


def changes(
    wanted: Sequence[Wanted],
    held: Sequence[Held],
    *,
    adopt: bool = False,
    ask_again: Callable[[Held], bool] = lambda held: False,
) -> tuple[Change, ...]:
    """What makes `held` into `wanted`; with `adopt`, also what was made by hand for an address
    of `wanted`. Other people's subscriptions are left alone. `ask_again` says which of those that
    wait for their confirmation get another request."""
    by_key = {_key(one.protocol, one.endpoint): one for one in held}
    found = []
    for one in wanted:
        its = by_key.get(_key(one.protocol, one.endpoint))
        if its is not None and its.pending and ask_again(its):
            found.append(Change(act=Act.CREATE, wanted=one, held=its))
        else:
            found.append(_towards(one, its, adopt))
    keys = {_key(one.protocol, one.endpoint) for one in wanted}
    for key, other in by_key.items():
        if key not in keys and other.owned:
            found.append(Change(act=Act.EXPIRES if other.pending else Act.REMOVE, held=other))
    return tuple(found)


def _towards(one: Wanted, held: Held | None, adopt: bool) -> Change:
    if held is None:
        return Change(act=Act.CREATE, wanted=one)
    if not held.known:
        return Change(act=Act.KEEP, wanted=one, held=held)
    if lets_through(held, one.people, one.channel):
        return Change(act=Act.KEEP, wanted=one, held=held)
    act = Act.UPDATE if held.owned or adopt else Act.FOREIGN
    return Change(act=act, wanted=one, held=held)


def policy_of(people: Iterable[str], channel: str) -> dict[str, list[str]]:
    """The filter on the attributes of a page (`vigie.domain.page`)."""
    return {"audience": sorted(people), "channel": [channel]}


def lets_through(held: Held, people: Iterable[str], channel: str) -> bool:
    """Whether exactly these people's pages of this channel get through, as a page is meant."""
    policy = held.policy
    return (
        policy is not None
        and held.owned
        and not held.raw
        and all(set(policy[name]) == set(of) for name, of in policy_of(people, channel).items())
    )


def missing(roster: Roster, held: Iterable[Held]) -> tuple[Expected, ...]:
    """What must be there and is not. One that waits for its confirmation is there, unless it was
    confirmed before: SNS deactivates a mailbox that gets more than ten messages a second."""
    present = list(held)
    by_arn = {one.arn: one for one in present if one.arn}
    by_mark = {mark_of(roster.salt, one.protocol, one.endpoint): one for one in present}

    def is_there(entry: Expected) -> bool:
        one = by_arn.get(entry.arn) or by_mark.get(entry.mark)
        return one is not None and not (one.pending and entry.confirmed_at)

    return tuple(entry for entry in roster.entries if not is_there(entry))


def mark_of(salt: str, protocol: str, endpoint: str) -> str:
    """An address as it is kept: not to be read, but known again."""
    protocol, endpoint = _key(protocol, endpoint)
    return hashlib.sha256(f"{salt}\n{protocol}\n{endpoint}".encode()).hexdigest()


def masked(endpoint: str) -> str:
    """What may be shown of an address: enough for its owner to know it."""
    if endpoint.startswith("+"):
        return f"{endpoint[:3]}{'•' * 5}{endpoint[-2:]}"
    if "://" in endpoint:
        scheme, _, rest = endpoint.partition("://")
        host = rest.partition("/")[0].rpartition("@")[2]
        return f"{scheme}://{host}/•••"
    name, _, domain = endpoint.rpartition("@")
    return f"{name[:1]}•••@{domain}"


def _key(protocol: str, endpoint: str) -> tuple[str, str]:
    # Mail programs and SNS may change the case of an address; a path of https means what it says.
    return protocol, endpoint.casefold() if protocol == "email" else endpoint
