"""Coordinated noise: few who write much, one text from many accounts, accounts made for the day.

Everything is counted as mentions come, in bounded space, and only at an author's first mention of
the incident: what somebody repeats says nothing about how many they are. Frequent texts are kept
by the algorithm of Misra and Gries (1982, Science of Computer Programming 2:2), which never counts
a text too often: noise is missed rather than invented.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache

from vigie.domain.incident import Echoing, Tally
from vigie.domain.mention import Mention
from vigie.domain.voices import counted

TEXTS_KEPT = 12
# Two people may share a joke; the third with the same words is a copy.
COPIES_FROM = 3
# Shorter texts are written alike by people who never met ("still no network").
WORDS_FROM = 6
NEW_ACCOUNT = timedelta(days=30)

# Below this nothing is said about who speaks.
VOICES_FROM = 6
POSTS_FROM = 12
COPIED_SHARE = 0.4
NEWCOMERS_SHARE = 0.5
POSTS_PER_VOICE = 4.0

_DROPPED = re.compile(r"https?://\S+|@\w+|\d+")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Why an incident's volume looks made. `facts` are the counts behind `reasons`."""

    reasons: tuple[str, ...]
    facts: Mapping[str, int] = field(default_factory=dict)


@lru_cache(maxsize=4)  # asked for more than once while a mention is counted, and never again
def text_hash(text: str) -> str:
    """The same for copies that differ in handles, links, numbers, case and signs; "" for texts
    too short to be called copies."""
    bare = _DROPPED.sub(" ", text)
    if not bare.isascii():
        bare = unicodedata.normalize("NFKC", bare)
    words = _WORD.findall(bare.casefold())
    if len(words) < WORDS_FROM:
        return ""
    return hashlib.sha256(" ".join(words).encode("utf-8", "replace")).hexdigest()[:8]


def is_new_account(mention: Mention) -> bool | None:
    """Whether the account was younger than `NEW_ACCOUNT` when it posted; None if not known."""
    since = mention.author.since
    return None if since is None else mention.posted_at - since < NEW_ACCOUNT


def is_a_voice(noise: Echoing, mention: Mention) -> bool:
    """Whether the mention is evidence of volume, after what was heard before it."""
    copies = noise.texts.get(text_hash(mention.text), 0)
    is_stranger = _are_newcomers(noise) and is_new_account(mention) is True
    return copies + 1 < COPIES_FROM and not is_stranger


def listened(
    noise: Echoing, mention: Mention, *, is_new: bool = True, is_alarm: bool = False
) -> Echoing:
    """The counters with one more mention; `is_new` is its author, `is_alarm` a critical one."""
    copied = noise.copied_alarms + (is_alarm and not is_a_voice(noise, mention))
    if not is_new:
        return replace(noise, copied_alarms=copied)
    texts, copies = _with_text(noise.texts, text_hash(mention.text))
    is_young = is_new_account(mention)
    own = copies < COPIES_FROM
    return Echoing(
        texts=texts,
        voices=noise.voices + 1,
        own=noise.own + own,
        dated=noise.dated + (is_young is not None),
        newcomers=noise.newcomers + (is_young is True),
        own_newcomers=noise.own_newcomers + (own and is_young is True),
        copied_alarms=copied,
    )


def together(one: Echoing, other: Echoing) -> Echoing:
    """The counters of two incidents that were merged."""
    texts = {
        text: one.texts.get(text, 0) + other.texts.get(text, 0)
        for text in {**one.texts, **other.texts}
    }
    kept = sorted(texts.items(), key=lambda found: (-found[1], found[0]))[:TEXTS_KEPT]
    return Echoing(
        texts=dict(kept),
        voices=one.voices + other.voices,
        own=one.own + other.own,
        dated=one.dated + other.dated,
        newcomers=one.newcomers + other.newcomers,
        own_newcomers=one.own_newcomers + other.own_newcomers,
        copied_alarms=one.copied_alarms + other.copied_alarms,
    )


def without(noise: Echoing, gone: Echoing) -> Echoing:
    """The counters with those of voices that were taken out."""
    texts = {text: n - gone.texts.get(text, 0) for text, n in noise.texts.items()}
    return replace(
        noise,
        texts={text: n for text, n in texts.items() if n > 0},
        voices=max(0, noise.voices - gone.voices),
        own=max(0, noise.own - gone.own),
        dated=max(0, noise.dated - gone.dated),
        newcomers=max(0, noise.newcomers - gone.newcomers),
        own_newcomers=max(0, noise.own_newcomers - gone.own_newcomers),
        copied_alarms=max(0, noise.copied_alarms - gone.copied_alarms),
    )


def assess_noise(tally: Tally) -> Noise | None:
    """Whether few make much noise, and why it looks so; None for a crowd of its own accord."""
    noise, authors = tally.noise, counted(tally.voices)
    copied = sum(n for n in noise.texts.values() if n >= COPIES_FROM)
    reasons: list[str] = []
    if noise.voices >= VOICES_FROM and copied >= COPIED_SHARE * noise.voices:
        reasons.append(f"{copied} of {noise.voices} authors post copies of the same text")
    if _are_newcomers(noise):
        reasons.append(
            f"{noise.newcomers} of {noise.dated} accounts were younger than {NEW_ACCOUNT.days} days"
        )
    posts = tally.mention_count
    if authors and posts >= POSTS_FROM and posts >= POSTS_PER_VOICE * authors:
        reasons.append(f"{posts} posts by {authors} author{'s' if authors > 1 else ''}")
    if not reasons:
        return None
    return Noise(
        reasons=(*reasons, "the volume may be made: if so, that is a controversy of its own"),
        facts={
            "posts": posts,
            "authors": authors,
            "copies": copied,
            "new_accounts": noise.newcomers,
        },
    )


def voices_that_count(tally: Tally) -> int:
    """Authors that are evidence of volume: those who copy nobody and, where new accounts are half
    of the crowd, are none of them. At least one where somebody has spoken."""
    noise = tally.noise
    strangers = noise.own_newcomers if _are_newcomers(noise) else 0
    authors = counted(tally.voices)
    return max(min(authors, 1), authors - (noise.voices - noise.own) - strangers)


def alarms_that_count(tally: Tally, critical: int) -> int:
    """Of `critical` mentions those that stand for themselves: one alarm in many copies is one."""
    return max(min(critical, 1), critical - tally.noise.copied_alarms)


def _are_newcomers(noise: Echoing) -> bool:
    return noise.dated >= VOICES_FROM and noise.newcomers >= NEWCOMERS_SHARE * noise.dated


def _with_text(texts: Mapping[str, int], text: str) -> tuple[dict[str, int], int]:
    """The counts with one more of `text`, and how often it is counted now."""
    counts = dict(texts)
    if not text:
        return counts, 0
    if text in counts or len(counts) < TEXTS_KEPT:
        counts[text] = counts.get(text, 0) + 1
        return counts, counts[text]
    return {kept: n - 1 for kept, n in counts.items() if n > 1}, 1
