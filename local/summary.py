"""A replay's report in words, for somebody who sees Vigie for the first time."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from local.report import by_person
from vigie.api.telling import told
from vigie.domain.instants import from_iso
from vigie.domain.why import Why

UNPAGED_SHOWN = 5
NO_INCIDENT = told(Why(rule="no_incident"), "en")
KINDS = {
    "natural_disaster": "people in danger, disaster",
    "controversy": "controversy",
    "outage": "outage",
    "product_quality": "product or service quality",
    "none": "no particular kind",
}


def summary(report: dict[str, Any]) -> str:
    """The whole report, about forty lines."""
    return "\n".join(
        [
            *_heading(report),
            "",
            *_posts(report),
            "",
            *_incidents(report),
            *_pages(report),
            "",
            *_machinery(report),
        ]
    )


def _heading(report: dict[str, Any]) -> Iterator[str]:
    start, end = from_iso(report["started_at"]), from_iso(report["last_post_at"])
    yield (
        f"{_span(end - start)} of posts, replayed in {report['wall_seconds']:.0f} s "
        f"(all times below are the stream's, UTC, {start:%d %B %Y})"
    )


def _posts(report: dict[str, Any]) -> Iterator[str]:
    counts, urgencies = report["mentions"], report["mentions_by_urgency"]
    yield f"POSTS  {counts['received']} received, {counts['accepted']} of them mentions:"
    yield (
        f"  {urgencies['critical']:>5} critical  a person must look within minutes"
        f"\n  {urgencies['high']:>5} high      within the hour"
        f"\n  {urgencies['medium']:>5} medium    within the day"
        f"\n  {urgencies['low']:>5} low       no answer needed: praise, jokes, adverts, reposts"
    )
    yield "  Not counted, and why:"
    yield f"  {counts['duplicates']:>5} came twice, or are newer versions of a counted post"
    yield f"  {counts['own']:>5} were the organisation's own posts"
    if counts["unmatched"]:
        yield f"  {counts['unmatched']:>5} named no brand of the plan"
    yield (
        f"  {counts['rejected']:>5} could not be read: parked as dead letters with their reasons, "
        f"nothing is lost"
    )
    reasons = Counter(letter["reason"] for letter in report["rejected"])
    for reason, number in reasons.most_common(5):
        yield f"        {number} × {reason}"
    if counts["rejected"] > counts["accepted"]:
        yield "        Most of this stream is not X API v2 JSON lines: see docs/replay.md"
    if counts["unaccounted"]:
        yield f"  {counts['unaccounted']:>5} UNACCOUNTED FOR: this is a defect, please report it"


def _incidents(report: dict[str, Any]) -> Iterator[str]:
    incidents = report["incidents"]
    plural = "" if len(incidents) == 1 else "s"
    yield f"INCIDENTS  {len(incidents)} incident{plural}"
    yield from _elsewhere(report)
    for incident in incidents:
        yield ""
        yield (
            f"  {incident['severity'].upper()}  {KINDS[incident['kind']]}"
            f"  ({incident['id']}, {incident['state']})"
        )
        yield f"    opened because: {incident['reasons'][0]}"
        plural = "" if incident["mention_count"] == 1 else "s"
        yield (
            f"    {incident['mention_count']} mention{plural}, "
            f"reach {incident['reach']:,} followers"
        )
        yield from _clocks(incident)
        # The reasons for opening and for the severity are told above and in the timeline.
        for line in incident["why"][2:]:
            yield f"    why: {line}"
        for entry in incident["timeline"]:
            yield f"    {_entry(entry)}"
    yield ""


def _elsewhere(report: dict[str, Any]) -> Iterator[str]:
    """The mentions that are in no incident, and why."""
    inside = Counter[str]()
    for incident in report["incidents"]:
        inside.update(incident["by_urgency"])
    outside = Counter(report["mentions_by_urgency"])
    outside.subtract(inside)
    if sum(outside.values()):
        yield (
            f"  {sum(outside.values())} mentions are in none: {outside['low']} low, and "
            f"{outside['medium']} medium and {outside['high'] + outside['critical']} graver ones "
            "that nobody else confirmed, or that came before the incident"
        )
    urgent = [
        (post, why)
        for post, why in report["why"]["mentions"].items()
        if why.startswith(("critical", "high")) and NO_INCIDENT in why
    ]
    for post, why in urgent[:UNPAGED_SHOWN]:
        yield f"    {post} {why}"
    if len(urgent) > UNPAGED_SHOWN:
        yield f"    and {len(urgent) - UNPAGED_SHOWN} urgent ones more: --report has them all"


def _clocks(incident: dict[str, Any]) -> Iterator[str]:
    first = from_iso(incident["first_mention_at"])
    for name, field in (
        ("first post", "first_mention_at"),
        ("detected", "opened_at"),
        ("paged", "first_paged_at"),
        ("acknowledged", "acknowledged_at"),
        ("resolved", "resolved_at"),
    ):
        if incident[field]:
            at = from_iso(incident[field])
            after = f"  {_span(at - first)} after the first post" if at > first else ""
            yield f"    {name:<13} {at:%H:%M:%S}{after}"
        else:
            yield f"    {name:<13} not yet"


def _entry(entry: dict[str, Any]) -> str:
    at, facts = from_iso(entry["at"]), entry["facts"]
    says = {
        "opened": lambda: f"opened as {facts['severity']}",
        "severity_raised": lambda: (
            f"raised from {facts['from']} to {facts['to']}: {facts['because']}"
        ),
        "paged": lambda: f"step {facts['step']}: {_who(facts)}",
        "bundled": lambda: f"step {facts['step']}: too many pages at once, told with others",
        "repaired": lambda: f"the ladder was mended: {facts['found']}",
        "severity_lowered": lambda: (
            f"lowered from {facts['from']} to {facts['to']}: {facts['because']}"
        ),
        "calm_proposed": lambda: f"calm since {facts['since'][11:16]}: is it over?",
        "surge": lambda: f"volume {facts['observed']}, usually {facts['usual']}",
        "coordinated": lambda: f"the volume looks made: {facts['because']}",
        "page_delayed": lambda: f"step {facts['step']} could not be sent, will be tried again",
        "clock_due": lambda: f"{facts['clock']}: {facts['pages']} pages by {facts['channels']}",
        "ladder_restarted": lambda: (
            f"no answer from {facts['owner']} ({facts['clock']}): the ladder starts again"
        ),
        "handed_over": lambda: f"handed over to {facts['to']} by {entry['by']}",
        "nobody_on_call": lambda: f"step {facts['step']}: nobody on call, {facts['instead']} paged",
    }.get(entry["what"], lambda: f"{entry['what']} by {entry['by']}")()
    return f"  · {at:%H:%M:%S} {says}"


def _who(facts: Mapping[str, Any]) -> str:
    """Each person with their ways, as in `duty-1 by mail, sms`."""
    ways: dict[str, list[str]] = {}
    for name in facts["who"].split(", "):
        person, _, channel = name.partition("/")
        ways.setdefault(person, []).append(channel)
    who = "; ".join(f"{person} by {', '.join(found)}" for person, found in ways.items())
    late = f", {facts['late_s']} s late" if facts["late_s"] >= 60 else ""
    digest = f", in a digest of {facts['digest_of']}" if "digest_of" in facts else ""
    return f"{who}{digest}{late}"


def _pages(report: dict[str, Any]) -> Iterator[str]:
    yield f"PAGES  {len(report['pages'])} sent"
    for (person, channel), number in sorted(by_person(report).items()):
        yield f"  {person:<12} {channel:<8} {number}"
    texts = [page["text"] for page in report["pages"] if page["channel"] == "sms"]
    if texts:
        yield f"  The first SMS: {texts[0]}"


def _machinery(report: dict[str, Any]) -> Iterator[str]:
    per_thousand = report["aws_requests_per_1000_mentions"]
    yield (
        f"AWS  {sum(report['aws_requests'].values())} requests, {per_thousand} for 1,000 mentions "
        f"(a quiet stream; a storm packs more into each, see docs/performance.md)"
    )
    for name, what in (
        ("denied", "calls that a role does not allow"),
        ("broken_rules", "calls that AWS would refuse"),
        ("failures", "runs of a function that failed"),
    ):
        if report[name]:
            yield f"  {len(report[name])} {what}: {report[name][:3]}"


def _span(duration: timedelta) -> str:
    seconds = int(duration.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 2 * 3600:
        return f"{seconds // 60} min {seconds % 60:02d} s"
    if seconds < 2 * 86400:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"
    return f"{seconds // 86400} days"


def progress_line(at: datetime, counted: int, incidents: int, pages: int) -> str:
    """One line while a replay runs."""
    return (
        f"  {at:%H:%M} stream time   {counted:>6} posts   "
        f"{incidents:>3} incidents   {pages:>4} pages"
    )
