"""What a surge of volume means for a brand's incidents: evidence for one of them, or a new one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from vigie.domain import surge
from vigie.domain.bins import ALL, URGENT, Alarm, Loose, Surprise, start_of
from vigie.domain.draft import SAMPLES_KEPT, Draft, graded, show
from vigie.domain.groups import heat_at, hottest
from vigie.domain.hashes import short_hash
from vigie.domain.incident import SURGE, BrandState, Candidate, Group, OpenIncident
from vigie.domain.labels import Kind, Urgency
from vigie.domain.mention import LabelledMention
from vigie.domain.opening import adopt, begin
from vigie.domain.series import LATENESS, WINDOWS_A_MONTH, Series
from vigie.domain.timeline import surge_entry
from vigie.domain.voices import heard, listed

# After an alarm, only one so much stronger is another within a day.
STRONGER = 1.25
SILENCE = 288  # bins
# An incident explains a surge when it has this share of what is beyond the usual.
MOST = 0.5
# So many urgent mentions are a surge of what is urgent: fewer are one person in trouble.
FEW = 3
# How many more false alarms each of the narrower series may raise.
SHARE = 0.25
# A surge lasts while there is so many times the usual, and so many mentions more: by night two
# instead of one are chatter again.
LASTS, BEYOND = 2.0, 5.0


def threshold_of(draft: Draft, series: str = ALL) -> float:
    """From which score on the plan wants to hear. The rate was measured on the volume of all; what
    the narrower series add to it is to stay small."""
    rate = draft.plan.thresholds.false_alarms_per_month
    return surge.threshold(rate if series == ALL else rate * SHARE)


def stands_out(draft: Draft) -> tuple[bool, dict[str, float]]:
    """Whether so much that is urgent is rare for the brand, and the numbers; while that is not
    known yet, everything is."""
    limits = draft.plan.thresholds
    if draft.series.is_learning("urgent"):
        return True, {}
    had, usual, chance = draft.series.urgency(limits.open_window)
    rare = chance <= limits.false_alarms_per_month / WINDOWS_A_MONTH
    return rare, {"volume": round(had, 2), "usual": usual}


def involved(state: BrandState) -> list[str]:
    """Ids of the open incidents that may explain a surge, if there is one now."""
    series = Series.of(state.series)
    held = Counter(series.mentions()).most_common(3)
    ids = [incident_id for incident_id, _ in held]
    if series.alarm is not None:
        ids.append(series.alarm.incident_id)
    still_open = {i.id for i in state.open}
    return [id_ for id_ in dict.fromkeys(ids) if id_ in still_open]


def suspect(draft: Draft, kind: Kind) -> OpenIncident | None:
    """The latest incident that only volume has opened, of that kind or of none: urgent mentions
    are what it waits for."""
    waiting = [
        i
        for i in draft.open.values()
        if i.kind in (kind, Kind.NONE)
        and (tally := draft.tallies.get(i.id)) is not None
        and tally.is_suspected
    ]
    return max(waiting, key=lambda i: (i.kind is kind, i.opened_at, i.id), default=None)


def confirm(draft: Draft, incident: OpenIncident, kind: Kind, company: Sequence[Candidate]) -> None:
    """Those who had been waiting say what the suspected incident is about."""
    tally = draft.tallies[incident.id]
    voices, urgent_voices, reach = tally.voices, tally.urgent_voices, tally.reach
    for candidate in company:
        voices, is_new = heard(voices, candidate.author)
        urgent_voices = listed(urgent_voices, candidate.author)
        reach += candidate.reach * is_new
    draft.tallies[incident.id] = replace(
        tally,
        kind=kind,
        voices=voices,
        urgent_voices=urgent_voices,
        reach=reach,
        mention_count=tally.mention_count + len(company),
        by_urgency={
            **tally.by_urgency,
            Urgency.HIGH: tally.by_urgency.get(Urgency.HIGH, 0) + len(company),
        },
        reposts=tally.reposts + sum(c.reposts for c in company),
    )
    adopt(draft, incident.id, company)


def gathering(draft: Draft) -> str:
    """The incident that volume opened, while the surge lasts: what belongs nowhere else is part of
    it. "" for none."""
    series = draft.series
    alarm = series.alarm
    if alarm is None or not _is_ours(draft, alarm.incident_id):
        return ""
    if draft.tallies[alarm.incident_id].trigger != SURGE:
        return ""
    return alarm.incident_id if series.ratio_of(alarm.incident_id, BEYOND) >= LASTS else ""


def respond(draft: Draft, labelled: LabelledMention, surprise: Surprise | None) -> None:
    """Raise the alarm, if there is one, at the incident that explains it."""
    if surprise is None or not _is_alarm(draft, surprise):
        return
    series = draft.series
    facts = _facts(draft, surprise)
    incident_id = _explaining(draft, surprise) or _suspected(draft, labelled, surprise, facts)
    if not incident_id:
        return
    last, series.alarm = series.alarm, Alarm(surprise.bin, round(surprise.score, 2), incident_id)
    tally = draft.tallies[incident_id]
    tally = replace(tally, surge=max(tally.surge, series.ratio()))
    draft.tallies[incident_id] = graded(draft, tally)
    draft.touched[incident_id] = None
    if last is None or last.incident_id != incident_id or surprise.bin - last.bin > SILENCE:
        # How the same storm grows is told by the severity.
        draft.entries.append(surge_entry(tally, facts, surprise.bin, draft.now))
    show(draft, incident_id)


def _is_alarm(draft: Draft, surprise: Surprise) -> bool:
    if surprise.score < threshold_of(draft, surprise.series):
        return False
    last = draft.series.alarm
    return (
        last is None or surprise.bin - last.bin > SILENCE or surprise.score >= STRONGER * last.score
    )


def _facts(draft: Draft, surprise: Surprise) -> dict[str, str | int]:
    bins = draft.series.observed(surprise.series)
    return {
        "series": surprise.series,
        "observed": f"{sum(seen for _, seen, _ in bins):g}",
        "usual": f"{sum(usual for *_, usual in bins):.1f}",
        "ratio": f"{draft.series.ratio():g}",
        "score": f"{surprise.score:.2f}",
        "threshold": f"{threshold_of(draft, surprise.series):.2f}",
    }


def _explaining(draft: Draft, surprise: Surprise) -> str:
    """The open incident that has most of what is beyond the usual, else the one that volume alone
    opened for this same storm; "" for none."""
    beyond = sum(seen - usual for _, seen, usual in draft.series.observed())
    held = {i: n for i, n in draft.series.mentions().items() if _is_ours(draft, i)}
    if surprise.series == URGENT:
        # More is urgent than usual: what is urgent of all that goes on explains it.
        held = {i: n for i, n in held.items() if not draft.tallies[i].is_suspected}
        beyond = FEW / MOST
    best = max(held, key=lambda i: (held[i], i), default="")
    if best and held[best] >= MOST * max(beyond, 1.0):
        return best
    last = draft.series.alarm
    if last is not None and _is_ours(draft, last.incident_id):
        current = draft.series.current - last.bin <= SILENCE
        if current and draft.tallies[last.incident_id].trigger == SURGE:
            return last.incident_id
    return ""


def _is_ours(draft: Draft, incident_id: str) -> bool:
    return incident_id in draft.open and incident_id in draft.tallies


def _telling(draft: Draft, surprise: Surprise, at: datetime) -> Group | None:
    """The group that the surge is about: of what is urgent the one where most is said, else one
    that has most of what is beyond the usual."""
    if surprise.series == URGENT:
        groups = {
            n: g for n, g in draft.groups.items() if len({c.author for c in g.waiting}) >= FEW
        }
        return hottest(groups, at, LATENESS)
    group = hottest(draft.groups, at, LATENESS)
    beyond = sum(seen - usual for _, seen, usual in draft.series.observed())
    return group if group and heat_at(group, at) >= MOST * beyond else None


def _suspected(
    draft: Draft, labelled: LabelledMention, surprise: Surprise, facts: dict[str, str | int]
) -> str:
    """Open an incident for the surge: with the group that says most, else with what lies about.
    "" where all that is unusual are one or two urgent voices."""
    mention = labelled.mention
    kinds: Counter[str] = Counter()
    for held in draft.series.open.values():
        kinds.update(held.kinds)
    kind = Kind(max(kinds, key=lambda k: (kinds[k], k))) if kinds else Kind.NONE
    group = _telling(draft, surprise, mention.posted_at)
    if group is not None:
        kind = group.kind
    company = group.waiting if group else ()
    if surprise.series == URGENT and len({c.author for c in company}) < FEW:
        return ""
    said = "and some of it urgent" if company else "nothing urgent found"
    # By the bin, not by the mention that it began with: that may be another in another order.
    opener = f"{mention.brand}#surge#{surprise.bin}"
    taken = {*draft.open, *(c.id for c in draft.closed), *draft.tallies}
    if f"inc-{short_hash(opener)}" in taken:
        opener = f"{mention.key}@surge"
    incident_id = begin(
        draft,
        opener=opener,
        brand=mention.brand,
        kind=kind,
        trigger=SURGE,
        because=f"volume {facts['ratio']} times the usual, {said}",
        at=mention.posted_at,
        company=company,
        group=group,
    )
    for key, loose in list(draft.series.loose.items()):
        _take(draft, incident_id, key, loose)
    return incident_id


def _take(draft: Draft, incident_id: str, key: str, loose: Loose) -> None:
    """What lay about goes to the incident, so that there is something to look at."""
    tally = draft.tallies[incident_id]
    voices, is_new = heard(tally.voices, loose.author)
    draft.tallies[incident_id] = replace(
        tally,
        mention_count=tally.mention_count + 1,
        by_urgency={
            **tally.by_urgency,
            Urgency(loose.urgency): tally.by_urgency.get(Urgency(loose.urgency), 0) + 1,
        },
        voices=voices,
        reach=tally.reach + loose.reach * is_new,
        reposts=tally.reposts + loose.reposts,
        samples=(*tally.samples, key)[:SAMPLES_KEPT],
    )
    at = start_of(loose.bin)
    adopt(draft, incident_id, [Candidate(key=key, author=loose.author, at=at, reach=loose.reach)])
    draft.series.forget([key])
