"""Who can be paged, and when a channel of theirs is to be left alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vigie.domain.hours import Hours, hours_from_dict, hours_to_dict

# From what wakes somebody to what waits until they look.
LOUDEST_FIRST = ("sms", "chat", "webhook", "mail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """When `channel` is left alone, in the person's own time zone.

    `unless` is the rank (`Severity.rank`) from which on a page goes through all the same; 5 for
    never: no severity has it.
    """

    channel: str
    hours: Hours
    unless: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is paged; addresses live in SNS subscriptions, never here.

    Pages are written in `language`; `languages` are all that they can work in. `channels` are
    those by which they can be reached, empty where the plan does not say: then those of a step.
    """

    id: str
    role: str
    language: str
    languages: tuple[str, ...] = ()
    time_zone: str = ""
    channels: tuple[str, ...] = ()
    quiet: tuple[Quiet, ...] = ()


def person_to_dict(person: Person) -> dict[str, Any]:
    """JSON shape: `{"id", "role", "language"}`, and the rest where the plan says it."""
    data: dict[str, Any] = {"id": person.id, "role": person.role, "language": person.language}
    if person.languages:
        data["languages"] = list(person.languages)
    if person.time_zone:
        data["time_zone"] = person.time_zone
    if person.channels:
        data["channels"] = list(person.channels)
    if person.quiet:
        data["quiet"] = [
            {"channel": q.channel, "unless": q.unless, "hours": hours_to_dict(q.hours)}
            for q in person.quiet
        ]
    return data


def person_from_dict(data: Mapping[str, Any]) -> Person:
    """The inverse of `person_to_dict`."""
    return Person(
        id=data["id"],
        role=data["role"],
        language=data["language"],
        languages=tuple(data.get("languages", ())),
        time_zone=data.get("time_zone", ""),
        channels=tuple(data.get("channels", ())),
        quiet=tuple(
            Quiet(channel=q["channel"], unless=q["unless"], hours=hours_from_dict(q["hours"]))
            for q in data.get("quiet", ())
        ),
    )
