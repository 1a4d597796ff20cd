"""Reposts: each is an echo of its root, counted there and never looked at itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from vigie.domain.change import Known, Stored
from vigie.domain.draft import Draft
from vigie.domain.mention import LabelledMention, Mention


def root_key(mention: Mention) -> str:
    """The key of the mention that a repost repeats; "" where it does not say."""
    if not mention.repost_of:
        return ""
    return f"{mention.brand}#{mention.platform}#{mention.repost_of}"


def echo(draft: Draft, reposts: Sequence[LabelledMention], known: Mapping[str, Known]) -> int:
    """Store a marker of each repost and count it at its root, in this slice or stored before.

    A root that was never stored has no count. Returns how many were known already.
    """
    here = {
        stored.labelled.mention.key: position
        for position, stored in enumerate(draft.stored)
        if not stored.labelled.mention.repost
    }
    incident_of = dict(draft.adopted)
    duplicates = 0
    for labelled in reposts:
        if labelled.mention.key in known:
            duplicates += 1
            continue
        draft.stored.append(Stored(labelled=labelled))
        key = root_key(labelled.mention)
        position = here.get(key)
        if position is not None:
            root = draft.stored[position]
            draft.stored[position] = replace(root, reposts=root.reposts + 1)
            incident_id = root.incident_id
        elif key in known and not (known[key].deleted or known[key].repost):
            draft.reposted[key] = draft.reposted.get(key, 0) + 1
            incident_id = known[key].incident_id or incident_of.get(key, "")
        else:
            continue
        _count(draft, key, incident_id)
    return duplicates


def _count(draft: Draft, key: str, incident_id: str) -> None:
    if incident_id in draft.tallies:
        tally = draft.tallies[incident_id]
        draft.tallies[incident_id] = replace(tally, reposts=tally.reposts + 1)
        draft.touched[incident_id] = None
        return
    draft.series.echo(key)
    # Whatever the root's incident will be, it begins with the echoes that the root has by then.
    for name, group in draft.groups.items():
        draft.groups[name] = replace(
            group,
            waiting=tuple(
                replace(c, reposts=c.reposts + 1) if c.key == key else c for c in group.waiting
            ),
        )
