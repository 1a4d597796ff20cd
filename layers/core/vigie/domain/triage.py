"""The reduce: fold labelled mentions, commands and ticks into a brand's incidents.

Everything here is a decision: `fold` and its siblings return the change to be committed in one
transaction and touch nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from vigie.domain.calm import due, settle
from vigie.domain.change import Change, Known, Stored
from vigie.domain.draft import Draft, count, draft_of, is_late, short_hash, take_out
from vigie.domain.echoes import echo, root_key
from vigie.domain.groups import Index, without
from vigie.domain.incident import BrandState, Desk, Tally
from vigie.domain.labels import Urgency
from vigie.domain.mention import LabelledMention
from vigie.domain.outcome import change_of
from vigie.domain.placing import counts, likely, place
from vigie.domain.plan import Plan
from vigie.domain.surging import gathering, involved, respond
from vigie.domain.why import GATHERED, JOINED, Why


def keys_of(mentions: Sequence[LabelledMention]) -> tuple[str, ...]:
    """What `fold` must know of: the mentions themselves, and what reposts repeat."""
    keys = [key for m in mentions for key in (m.mention.key, root_key(m.mention)) if key]
    return tuple(dict.fromkeys(keys))


def concerned(
    state: BrandState,
    mentions: Sequence[LabelledMention],
    known: Mapping[str, Known],
    plan: Plan,
    now: datetime,
    index: Index | None = None,
) -> tuple[str, ...]:
    """Ids of the incidents that `fold` is likely to touch for these mentions: those that they are
    most like, those that hold an older version or a repeated post, those that the present volume is
    about, and those that may have calmed down. What else it needs is its change's `missing`."""
    voiced = [m for m in mentions if counts(m)]
    like = likely(state, voiced, plan.brand(state.brand), index or Index())
    holding = [known[key].incident_id for key in keys_of(mentions) if key in known]
    return tuple(dict.fromkeys([*like, *filter(None, holding), *involved(state), *due(state, now)]))


def fold(
    state: BrandState,
    tallies: Mapping[str, Tally],
    desks: Mapping[str, Desk],
    known: Mapping[str, Known],
    mentions: Sequence[LabelledMention],
    plan: Plan,
    now: datetime,
    gone: frozenset[str] = frozenset(),
    index: Index | None = None,
) -> Change:
    """Fold one slice of mentions of one brand.

    `tallies` and `desks` hold the `concerned` incidents, `known` what is stored of `keys_of`,
    `gone` the keys of candidates that were erased since they were counted, `index` what was
    compared already.
    """
    draft = draft_of(state, tallies, desks, plan, now, gone)
    draft.index = index or draft.index
    duplicates = 0
    reposts: dict[str, LabelledMention] = {}
    # In the order of arrival, edits too: what is counted does not depend on where slices end.
    taken: dict[str, int] = {}
    for labelled in mentions:
        mention = labelled.mention
        if mention.repost:
            duplicates += mention.key in reposts
            reposts.setdefault(mention.key, labelled)
            continue
        place_of = taken.get(mention.key)
        before = known.get(mention.key) if place_of is None else _known(draft.stored[place_of])
        if before is None:
            taken[mention.key] = len(draft.stored)
            _take_in(draft, labelled)
            continue
        duplicates += 1
        if not before.deleted and int(before.post_id) < int(mention.post_id):
            taken[mention.key] = _revise(draft, labelled, before, place_of)
    duplicates += echo(draft, list(reposts.values()), known)
    settle(draft)
    return change_of(draft, state, duplicates)


def obey(
    state: BrandState,
    tallies: Mapping[str, Tally],
    desks: Mapping[str, Desk],
    plan: Plan,
    now: datetime,
) -> Change:
    """Fold what people decided at these desks; twice changes nothing."""
    return change_of(draft_of(state, tallies, desks, plan, now), state, 0)


def tick(
    state: BrandState,
    tallies: Mapping[str, Tally],
    desks: Mapping[str, Desk],
    plan: Plan,
    now: datetime,
) -> Change:
    """A minute without traffic: bins are learned, candidates whose window has passed let go, and
    what has been calm for long (`due`, which `tallies` and `desks` hold) is lowered."""
    draft = draft_of(state, tallies, desks, plan, now)
    draft.series.tick(now)
    settle(draft)
    return change_of(draft, state, 0)


def _take_in(draft: Draft, labelled: LabelledMention) -> None:
    """Place a mention never seen, with the volume that it is part of."""
    mention, labels = labelled.mention, labelled.labels
    author = short_hash(mention.author.id)
    surprise = draft.series.add(mention.posted_at, labels, draft.now, author)
    incident_id, why = place(draft, labelled)
    # Urgent ones wait for company; what is old belongs to no present volume.
    lies_about = (
        not incident_id and labels.urgency.rank < Urgency.HIGH.rank and not is_late(draft, labelled)
    )
    if lies_about and (incident_id := gathering(draft)):
        count(draft, incident_id, labelled)
        why = Why(rule=GATHERED, facts={**why.facts, "ratio": draft.series.ratio_of(incident_id)})
    elif lies_about:
        draft.series.lie_about(
            mention.key,
            mention.posted_at,
            labels.urgency.value,
            author,
            mention.author.followers or 0,
        )
    draft.stored.append(Stored(labelled=labelled, incident_id=incident_id, why=why))
    respond(draft, labelled, surprise)


def _known(stored: Stored) -> Known:
    """A mention of this very slice, as the table would have it."""
    mention, labels = stored.labelled.mention, stored.labelled.labels
    return Known(
        post_id=mention.post_id,
        incident_id=stored.incident_id,
        urgency=labels.urgency,
        kind=labels.kind,
        sentiment=labels.sentiment,
        posted_at=mention.posted_at,
        followers=mention.author.followers or 0,
        reposts=stored.reposts,
    )


def _revise(
    draft: Draft, labelled: LabelledMention, before: Known, position: int | None = None
) -> int:
    """A newer version of a stored post: it is counted once, as what it says now. Gives its place
    in the draft; `position` is that of a version of the same slice.

    It stays with its incident, unless it has become critical: then it is placed like a post never
    seen, for nobody was woken on its account.
    """
    key = labelled.mention.key
    # A voice of this very slice may just have taken the older version into its company.
    held = dict(draft.adopted).get(key) or before.incident_id
    draft.series.forget([key])
    draft.adopted = [(adopted, id_) for adopted, id_ in draft.adopted if adopted != key]
    without(draft.groups, frozenset({key}))
    graver = labelled.labels.urgency is Urgency.CRITICAL and before.urgency is not Urgency.CRITICAL
    if held in draft.tallies:
        take_out(draft, held, before)
    if held and not graver:
        incident_id, why = held, Why(rule=JOINED)
        if held in draft.tallies:
            count(draft, held, labelled)
    else:
        draft.revised.add(key)
        incident_id, why = place(draft, labelled)
        _echoes_of_candidate(draft, key, before.reposts)
    if incident_id in draft.tallies:
        tally = draft.tallies[incident_id]
        draft.tallies[incident_id] = replace(tally, reposts=tally.reposts + before.reposts)
    stored = Stored(
        labelled=labelled,
        incident_id=incident_id,
        replaces=before.post_id if position is None else draft.stored[position].replaces,
        reposts=before.reposts,
        why=why,
    )
    if position is None:
        draft.stored.append(stored)
        return len(draft.stored) - 1
    draft.stored[position] = stored
    return position


def _echoes_of_candidate(draft: Draft, key: str, reposts: int) -> None:
    """A candidate that was edited keeps its echoes for the incident that it may come to."""
    for name, group in draft.groups.items():
        draft.groups[name] = replace(
            group,
            waiting=tuple(
                replace(c, reposts=reposts) if c.key == key else c for c in group.waiting
            ),
        )
