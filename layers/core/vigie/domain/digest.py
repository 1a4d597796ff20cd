"""What an incident's posts say, in their own words: the most central sentences, the questions most
asked, the rumours most repeated.

Nothing is written that nobody wrote, and nothing is stored: it is made when somebody looks, from
what the Mentions table still holds, so that an erased post is gone from it at once.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import log

from vigie.domain.labels import Urgency
from vigie.domain.mention import LabelledMention
from vigie.domain.sentences import (
    FEWEST_WORDS,
    Sentence,
    asked_for,
    cleaned,
    is_question,
    sentences,
    shortened,
)

MENTIONS_READ = 300
LINES = 5
SUMMARY_LINES = 3
IDS_NAMED = 10
# Bounds the time whatever is posted: what nobody has repeated by then is no frequent question.
_GROUPS = 150
TITLE_CHARACTERS = 100

# Shares of common words from which on two sentences say the same, ask the same, claim the same.
_SAME = 0.6
_SAME_QUESTION = 0.5
_SAME_ASKED_FOR = 0.34
_SAME_CLAIM = 0.5
# A rumour is repeated: one voice is a remark.
_VOICES = 2
# Weighs down sentences of very few words, where a single frequent one would decide.
_PRIOR_WORDS = 4
_OF_MANY = 1.2
# What is critical should stand in the title though many mild posts surround it.
_WEIGHT = {Urgency.CRITICAL: 3.0, Urgency.HIGH: 1.5, Urgency.MEDIUM: 1.0, Urgency.LOW: 0.5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sentence as somebody wrote it. `mentions` of the posts say about the same, by `authors`
    different people; `copies` of them are word for word the text of another. `ids` are root ids of
    some of these posts, the one that is quoted first."""

    text: str
    ids: tuple[str, ...]
    mentions: int
    authors: int
    copies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """`mentions` is how many posts were read, by how many `authors`."""

    mentions: int
    authors: int
    title: Line | None
    summary: tuple[Line, ...]
    questions: tuple[Line, ...]
    rumours: tuple[Line, ...]


@dataclass(slots=True)
class _Group:
    """Sentences that say the same; the first one set the words that others are compared with.
    `others` are counted with them and never quoted."""

    words: frozenset[str]
    about: str
    members: list[Sentence]
    others: list[Sentence] = field(default_factory=list)


def digest(posts: Sequence[LabelledMention]) -> Digest:
    """The digest of at most `MENTIONS_READ` posts, the first ones; the same for the same posts."""
    posts = posts[:MENTIONS_READ]
    read = _Reading(posts)
    summary = read.summary()
    title = (
        replace(summary[0], text=shortened(summary[0].text, TITLE_CHARACTERS)) if summary else None
    )
    return Digest(
        mentions=len(posts),
        authors=len(set(read.authors)),
        title=title,
        summary=tuple(summary),
        questions=tuple(read.questions()),
        rumours=tuple(read.rumours()),
    )


class _Reading:
    """The posts taken apart once."""

    def __init__(self, posts: Sequence[LabelledMention]) -> None:
        self.ids = [p.mention.root_id for p in posts]
        self.authors = [p.mention.author.id for p in posts]
        self.texts = [cleaned(p.mention.text).casefold() for p in posts]
        self.sentences = [s for i, p in enumerate(posts) for s in sentences(i, p.mention.text)]
        languages = [p.labels.language for p in posts]
        most = max(languages, key=languages.count, default="")
        self._of_many = {i for i, language in enumerate(languages) if language == most}
        self._weights = self._word_weights(posts)

    def _word_weights(self, posts: Sequence[LabelledMention]) -> dict[str, float]:
        """What each word is worth: how many people use it, each person once at the weight of the
        gravest post; words that everybody uses (the brand's name) tell nothing apart."""
        said: dict[str, dict[str, float]] = {}
        for sentence in self.sentences:
            weight = _WEIGHT[posts[sentence.post].labels.urgency]
            author = self.authors[sentence.post]
            for word in sentence.words:
                by = said.setdefault(word, {})
                by[author] = max(by.get(author, 0.0), weight)
        people = len(set(self.authors))
        return {word: sum(by.values()) * log(1 + people / len(by)) for word, by in said.items()}

    def centrality(self, sentence: Sentence) -> float:
        """How much of what everybody says is in it; length is no merit, and a title must fit. Of
        two that say as much, the one in the language that most write."""
        words = sentence.words
        said = sum(self._weights[w] for w in words) / (len(words) + _PRIOR_WORDS)
        return said * _OF_MANY if sentence.post in self._of_many else said

    def summary(self) -> list[Line]:
        """The most central sentences that do not say the same as each other."""
        # A question stands among the questions, unless there is nothing else.
        plain = [s for s in self.sentences if len(s.words) >= FEWEST_WORDS and "?" not in s.text]
        candidates = plain or [s for s in self.sentences if s.words] or self.sentences
        best = sorted(candidates, key=lambda s: (-self.centrality(s), len(s.text), s.post))
        chosen: list[Sentence] = []
        for sentence in best:
            if all(_likeness(sentence.words, c.words) < _SAME_QUESTION for c in chosen):
                chosen.append(sentence)
            if len(chosen) == SUMMARY_LINES:
                break
        return [
            self.line(s, [o for o in self.sentences if o is s or _says(o.words, s.words)])
            for s in chosen
        ]

    def questions(self) -> list[Line]:
        """Those that most people ask, in the words of one of them."""
        asked = [s for s in self.sentences if is_question(s)]
        groups = _grouped(asked, asked_for, _SAME_QUESTION, _SAME_ASKED_FOR)
        return self._lines(groups, voices=1)

    def rumours(self) -> list[Line]:
        """Claims with a mark of hearsay, and who says the same without one."""
        marked = [s for s in self.sentences if s.hearsay]
        groups = _grouped(marked, lambda _: "", _SAME_CLAIM, _SAME_CLAIM)
        groups = [g for g in groups if len(g.words) > FEWEST_WORDS]
        others = [s for s in self.sentences if not s.hearsay]
        # The most frequent ones are enough to be compared with everything else that was said.
        groups = sorted(groups, key=lambda g: -len(g.members))[: 4 * LINES]
        for group in groups:
            group.others = [s for s in others if _says(s.words, group.words)]
        return self._lines(groups, voices=_VOICES)

    def _lines(self, groups: Iterable[_Group], voices: int) -> list[Line]:
        lines = [
            self.line(self._spokesman(group), [*group.members, *group.others]) for group in groups
        ]
        loudest = sorted(
            (line for line in lines if line.authors >= voices),
            key=lambda line: (-line.authors, -line.mentions, line.text),
        )
        return loudest[:LINES]

    def _spokesman(self, group: _Group) -> Sentence:
        """The member with most of the group's common words, the shortest of several."""
        common = Counter(word for member in group.members for word in member.words)
        first = group.members[0]
        return max(
            (m for m in group.members if m.words),
            key=lambda m: (
                round(sum(common[w] for w in m.words) / (len(m.words) + 2), 6),
                -len(m.text),
                -m.post,
            ),
            default=first,
        )

    def line(self, quoted: Sentence, members: Sequence[Sentence]) -> Line:
        """What is quoted, with the counts of all who say it."""
        posts = list(dict.fromkeys([quoted.post, *(m.post for m in members)]))
        texts = Counter(self.texts[p] for p in posts)
        return Line(
            text=quoted.text,
            ids=tuple(self.ids[p] for p in posts[:IDS_NAMED]),
            mentions=len(posts),
            authors=len({self.authors[p] for p in posts}),
            copies=sum(n - 1 for n in texts.values()),
        )


def _grouped(
    sentences: Iterable[Sentence],
    about: Callable[[Sentence], str],
    same: float,
    same_about: float,
) -> list[_Group]:
    """In one pass: each joins the group that is most like it, or begins one while there are few."""
    groups: list[_Group] = []
    for sentence in sentences:
        asks = about(sentence)
        best, likest = None, 0.0
        for group in groups:
            likeness = _likeness(sentence.claim, group.words)
            enough = same_about if asks == group.about else same
            if likeness >= enough and likeness > likest:
                best, likest = group, likeness
        if best is not None:
            best.members.append(sentence)
        elif len(groups) < _GROUPS:
            groups.append(_Group(words=sentence.claim, about=asks, members=[sentence]))
    return groups


def _likeness(a: frozenset[str], b: frozenset[str]) -> float:
    """Twice the common words over all words (Dice): 0 to 1."""
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


def _says(a: frozenset[str], claim: frozenset[str]) -> bool:
    """Whether nearly all of the claim is in `a`, whatever else is."""
    return len(claim) > FEWEST_WORDS and len(a & claim) / len(claim) >= max(_SAME, 0.7)
