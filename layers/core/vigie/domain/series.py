"""A brand's mentions in event time: bins of five minutes, learned once no more is to come for them.

Posts may be a quarter of an hour late: until then a bin is open, and whatever it holds so far is
scored on the side. So nobody waits for a late post, and none that is in time is lost. What comes
later still counts for its incident, only the brand's usual is not learned from it.
"""

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from vigie.domain import bins, kinds, surge
from vigie.domain.bins import ALL, BIN_SECONDS, URGENT, Alarm, Bin, Loose, Surprise
from vigie.domain.labels import Kind, Labels, Urgency
from vigie.domain.rarity import Level, tail

# How late a post may be and still count for its bin: ten minutes at X, the rest on its way through
# us, where two lanes and many workers change the order.
LATENESS = timedelta(minutes=15)
# A minute without traffic says so of what was posted before: the rest may be on its way.
ON_ITS_WAY = timedelta(minutes=20)
# Longer silence that no tick has seen is time in which nobody looked, and nothing is learned of it.
UNSEEN_BINS = 12
_DAY_OF_BINS = timedelta(days=1) / surge.BIN
HELD_INCIDENTS = 8
HELD_KEYS = 24
_RECENT_BINS = 12
# Windows of half an hour, of which a month has so many.
_WINDOW_BINS = 6
WINDOWS_A_MONTH = 30 * 48


@dataclass(slots=True)
class Series:
    """The series of one brand while a slice is folded; `stored` is what is kept between slices.

    `next` is the first bin that is not learned yet, `newest` the newest instant seen (seconds),
    `seen` the last bin of which something is known, be it silence. `begun` says since which bin
    each series is learned, `recent` holds the latest learned weights of what is urgent, `loose`
    the keys of the latest mentions that belong nowhere.
    """

    next: int = 0
    newest: int = 0
    seen: int = 0
    open: dict[int, Bin] = field(default_factory=dict)
    learned: dict[str, Any] = field(default_factory=dict)
    begun: dict[str, int] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    traffic: dict[str, float] = field(default_factory=dict)
    recent: list[float] = field(default_factory=list)
    loose: dict[str, Loose] = field(default_factory=dict)
    alarm: Alarm | None = None
    level: Level = field(default_factory=Level)
    _ahead: dict[str, list[tuple[Any, float]]] = field(default_factory=dict)

    @property
    def current(self) -> int:
        """The newest bin of which something was seen."""
        return max(self.newest // BIN_SECONDS, self.next)

    def advance(self, to: datetime) -> None:
        """Time has come to `to` (a post's, or a tick's less what may be on its way)."""
        self.newest = max(self.newest, int(to.timestamp()))
        if not self.next:
            self.next = self.seen = self.newest // BIN_SECONDS
        self._learn(self._watermark())

    def tick(self, now: datetime) -> None:
        """A minute without traffic: silence counts as seen."""
        silent = bins.number_of(now - ON_ITS_WAY)
        if not self.next or silent <= self.next:
            return  # nothing to learn: nothing to write
        if silent - self.next <= UNSEEN_BINS:
            self.seen = max(self.seen, silent)
        self.advance(bins.start_of(silent) + LATENESS)

    def add(
        self, posted_at: datetime, labels: Labels, now: datetime, author: str = ""
    ) -> Surprise | None:
        """Count one mention by somebody else, unless its bin is learned already; the greatest
        surprise that it leads to, None for none. `author` (a short hash) counts once a bin."""
        at = min(posted_at, now)
        self.advance(at)
        number = bins.number_of(at)
        if number < self.next and not self.begun and number >= self._watermark():
            self.next = number  # the first post was not the earliest
            self._ahead.clear()
        if number < self.next:
            return None
        held = self.open.setdefault(number, Bin())
        if author and not held.hears(author) and labels.urgency is not Urgency.CRITICAL:
            return None
        grown = {ALL: 1.0, URGENT: bins.weight(labels)}
        if labels.kind is not Kind.NONE and labels.urgency is not Urgency.LOW:
            grown[labels.kind.value] = 1.0
            held.kinds[labels.kind.value] = held.kinds.get(labels.kind.value, 0) + 1
        surprises: list[Surprise] = []
        for name, more in grown.items():
            if not more:
                continue
            before = held.weights.get(name, 0.0)
            held.weights[name] = before + more
            del self._ahead.setdefault(name, [])[number - self.next :]
            if self._may_surprise(name, number, before, before + more):
                surprises += self._surprises(name, number)
        return max(surprises, key=lambda s: s.score, default=None)

    def join(self, at: datetime, incident_id: str) -> None:
        """A mention of that instant belongs to the incident."""
        held = self.open.get(min(bins.number_of(at), self.current))
        if held is None:
            return
        held.incidents[incident_id] = held.incidents.get(incident_id, 0) + 1
        if len(held.incidents) > HELD_INCIDENTS:
            del held.incidents[min(held.incidents, key=lambda i: (held.incidents[i], i))]

    def lie_about(self, key: str, at: datetime, urgency: str, author: str, reach: int) -> None:
        """The mention belongs nowhere so far."""
        if bins.number_of(at) < self.next:
            return
        self.loose[key] = Loose(bins.number_of(at), urgency, author, reach)
        if len(self.loose) > HELD_KEYS:
            del self.loose[next(iter(self.loose))]

    def echo(self, key: str) -> None:
        """Somebody repeats a mention, which may belong nowhere so far."""
        if held := self.loose.get(key):
            self.loose[key] = replace(held, reposts=held.reposts + 1)

    def forget(self, keys: Collection[str]) -> None:
        """These mentions belong somewhere, or are gone."""
        for key in keys:
            self.loose.pop(key, None)

    def observed(self, name: str = ALL) -> list[tuple[int, float, float]]:
        """Number, weight so far and usual weight of the open bins, oldest first."""
        state = self.learned.get(name)
        return [
            (
                number,
                self.open[number].weights.get(name, 0.0) if number in self.open else 0.0,
                surge.usual(state, bins.start_of(number)) if state else 0.0,
            )
            for number in range(self.next, self.current + 1)
        ]

    def ratio(self, beyond: float = 0.0) -> float:
        """How many times the usual the present volume is, over the latest bins that say most, of
        those that have so many more mentions than usual.

        Less than one mention a bin is taken for one: four instead of none is no surge by fours.
        """
        best = observed = usual = 0.0
        for _, seen, expected in reversed(self.observed()):
            observed, usual = observed + seen, usual + max(expected, 1.0)
            if observed - usual >= beyond:
                best = max(best, observed / usual)
        return round(best, 1)

    def ratio_of(self, incident_id: str, beyond: float = 0.0) -> float:
        """The same for the incident of the latest alarm, for a day; 0 for all others."""
        alarm = self.alarm
        if alarm is None or alarm.incident_id != incident_id:
            return 0.0
        return self.ratio(beyond) if self.current - alarm.bin <= _DAY_OF_BINS else 0.0

    def mentions(self) -> dict[str, int]:
        """How many of the mentions in the open bins belong to which incident."""
        sums: dict[str, int] = {}
        for held in self.open.values():
            for incident_id, mentions in held.incidents.items():
                sums[incident_id] = sums.get(incident_id, 0) + mentions
        return sums

    def per_minute(self, incident_id: str) -> float:
        """How many mentions a minute the incident has had in the latest two bins."""
        latest = [self.open[n] for n in (self.current - 1, self.current) if n in self.open]
        mentions = sum(held.incidents.get(incident_id, 0) for held in latest)
        return round(mentions / (2 * BIN_SECONDS / 60), 1)

    def urgency(self, window: timedelta) -> tuple[float, float, float]:
        """How much of what is urgent there was in the latest window (an hour at most), how much
        there usually is, and how often chance alone brings as much."""
        most = min(max(math.ceil(window / surge.BIN), 1), _RECENT_BINS)
        had = [*self.recent, *(seen for _, seen, _ in self.observed(URGENT))][-most:]
        state = self.learned.get(URGENT)
        expected = sum(
            surge.usual(state, bins.start_of(number)) if state else 0.0
            for number in range(self.current - len(had) + 1, self.current + 1)
        )
        mean = self.level.mean(expected)
        return sum(had), round(mean, 2), tail(sum(had), mean, self.level.spread)

    def is_learning(self, name: str = ALL, number: int | None = None) -> bool:
        """Whether too little has been seen to call anything unusual."""
        ahead = (self.current if number is None else number) - self.next
        learned = int(self.learned.get(name, {"n": 0})["n"])
        return (learned + ahead) * surge.BIN < surge.LEARNING

    def stored(self) -> dict[str, Any] | None:
        """Plain JSON, None for a brand of which nothing was ever seen; `of` is the inverse."""
        if not self.next:
            return None
        kept = {
            "next": self.next,
            "newest": self.newest,
            "seen": self.seen,
            "open": {
                str(number): [held.weights, held.incidents, held.kinds, held.voices]
                for number, held in sorted(self.open.items())
            },
            "learned": self.learned,
            "begun": self.begun,
            "scores": self.scores,
            "traffic": self.traffic,
            "recent": self.recent,
            "loose": {
                key: [held.bin, held.urgency, held.author, held.reach, held.reposts]
                for key, held in self.loose.items()
            },
            "level": [self.level.had, self.level.expected, self.level.spread],
        }
        if self.alarm:
            kept["alarm"] = [self.alarm.bin, self.alarm.score, self.alarm.incident_id]
        return kept

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> "Series":
        """The inverse of `stored`; nothing is shared with it that is changed in place."""
        if stored is None:
            return cls()
        kept = {name: bins.copied(value) for name, value in stored.items() if name != "learned"}
        kept["open"] = {int(n): Bin(*held) for n, held in kept["open"].items()}
        kept["loose"] = {key: Loose(*held) for key, held in kept["loose"].items()}
        kept["level"] = Level(*kept["level"])
        kept["alarm"] = Alarm(*kept["alarm"]) if "alarm" in kept else None
        return cls(**kept, learned=dict(stored["learned"]))

    def _watermark(self) -> int:
        """The first bin that posts may still come for."""
        return int(self.newest - LATENESS.total_seconds()) // BIN_SECONDS

    def _may_surprise(self, name: str, number: int, before: float, after: float) -> bool:
        """Whether it is worth a look, for scores cost more than all else here: beyond the usual,
        and a twentieth more than at the last look."""
        if self.is_learning(name, number) or bins.steps(before) == bins.steps(after):
            return False
        return after > surge.usual(self.learned[name], bins.start_of(number))

    def _surprises(self, name: str, number: int) -> Iterator[Surprise]:
        """The scores of the open bins from `number` on, as they stand."""
        ahead = self._ahead.setdefault(name, [])
        while self.next + len(ahead) <= self.current:
            at = self.next + len(ahead)
            state = ahead[-1][0] if ahead else self.learned.get(name)
            held = self.open.get(at)
            ahead.append(
                surge.update(state, bins.start_of(at), held.weights.get(name, 0.0) if held else 0.0)
            )
        for at in range(number, self.current + 1):
            yield Surprise(series=name, bin=at, score=ahead[at - self.next][1])

    def _learn(self, until: int) -> None:
        """Learn the bins before `until`, silent ones too, unless nobody looked."""
        if until <= self.next:
            return
        self._ahead.clear()
        while self.next < until:
            held = self.open.pop(self.next, None)
            if held is not None:
                self.seen = max(self.seen, self.next)
            elif self.next - self.seen > UNSEEN_BINS:
                # From here on somebody looks again, whether or not a tick has come by.
                self.next = self.seen = min([*self.open, until])
                continue
            self._learn_bin(held or Bin())
            self.next += 1
        self.loose = {k: held for k, held in self.loose.items() if held.bin >= self.next}

    def _learn_bin(self, held: Bin) -> None:
        self.traffic = kinds.traffic(self.traffic, held.kinds)
        for kind in kinds.too_quiet(self.traffic, self.begun):
            for of_it in (self.begun, self.learned, self.scores):
                of_it.pop(kind, None)
        for kind in kinds.busy(self.traffic, self.begun):
            self.begun[kind] = self.next
        for name in (ALL, URGENT, *(n for n in self.begun if n not in (ALL, URGENT))):
            self.begun.setdefault(name, self.next)
            state, score = surge.update(
                self.learned.get(name), bins.start_of(self.next), held.weights.get(name, 0.0)
            )
            # At once, and not when it is stored: the same whatever the slices were.
            self.learned[name], self.scores[name] = bins.short(state), round(score, 2)
        self.recent = [*self.recent, held.weights.get(URGENT, 0.0)][-_RECENT_BINS:]
        latest = self.recent[-_WINDOW_BINS:]
        usual = surge.usual(self.learned[URGENT], bins.start_of(self.next))
        self.level.learn(sum(latest), usual * len(latest))
