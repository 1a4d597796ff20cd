"""What triage writes on an incident's timeline; the codes are those of `docs/data.md`."""

from datetime import datetime

from vigie.domain.incident import Entry, Tally
from vigie.domain.instants import to_iso
from vigie.domain.plan import Severity
from vigie.domain.why import Why


def opened_entry(tally: Tally, now: datetime, why: Why | None = None) -> Entry:
    """That it was opened, by what (the rule and numbers of the mention that did), and after which
    earlier one."""
    facts: dict[str, str | int] = {
        **({"rule": why.rule} if why else {}),
        **{name: _whole(value) for name, value in (why.facts if why else {}).items()},
        "because": tally.because,
        "kind": tally.kind.value,
        "severity": tally.severity.value,
        "mentions": tally.mention_count,
    }
    if tally.follows:
        facts["follows"] = tally.follows
    if tally.split_from:
        facts["split_from"] = tally.split_from
    return _entry(tally, now, "opened", "opened", facts)


def raised_entry(tally: Tally, old: Severity, now: datetime) -> Entry:
    """That it is graver than it was, and why; a ladder run has one."""
    return _entry(tally, now, f"raised-{tally.run}", "severity_raised", _change(tally, old))


def lowered_entry(tally: Tally, old: Severity, now: datetime) -> Entry:
    """That it has calmed down by one level."""
    return _entry(tally, now, f"lowered-{to_iso(now)}", "severity_lowered", _change(tally, old))


def calm_entry(tally: Tally, since: datetime, now: datetime) -> Entry:
    """That it seems to be over: people are asked, once for each calm."""
    facts: dict[str, str | int] = {"since": to_iso(since), "mentions": tally.mention_count}
    return _entry(tally, now, f"calm-{to_iso(since)}", "calm_proposed", facts)


def surge_entry(tally: Tally, facts: dict[str, str | int], bin_: int, now: datetime) -> Entry:
    """That the brand's volume is far out of the usual, and this explains it."""
    return _entry(tally, now, f"surge-{bin_}", "surge", facts)


def _change(tally: Tally, old: Severity) -> dict[str, str | int]:
    return {
        "from": old.value,
        "to": tally.severity.value,
        "because": "; ".join(tally.severity_because),
        "mentions": tally.mention_count,
    }


def _whole(value: str | int | float) -> str | int:
    return f"{value:g}" if isinstance(value, float) else value


def _entry(tally: Tally, at: datetime, id_: str, what: str, facts: dict[str, str | int]) -> Entry:
    return Entry(incident_id=tally.id, at=at, id=id_, what=what, by="triage", facts=facts)
