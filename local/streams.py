"""Writes the recorded stream of the demo, `events/streams/demo.jsonl`: the same each time.

    python -m local.streams

Ninety minutes of posts about the brand `acme`, as X API v2 responses. The story and its counts
are told in `events/streams/README.md`.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from local import demo_phrases as say

FILE = Path(__file__).parents[1] / "events" / "streams" / "demo.jsonl"
START = datetime(2026, 3, 12, 5, 45, tzinfo=UTC)
ACME, ACME_HELP = "1000000001", "1000000002"
ACCOUNTS = {"acme": ACME, "acme_help": ACME_HELP}

Post = dict[str, Any]
Phrases = Sequence[tuple[str, str]]

# Posts in each minute of the ninety, the scripted ones among them.
RATE = (
    *(2, 2, 3, 2, 1, 2, 2, 3, 2, 2, 1, 2, 2, 2, 3, 2, 2, 1, 2, 2, 3, 2, 2, 2, 2),
    *(3, 3, 3, 4, 4, 4, 5, 5, 6, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
    *(18, 20, 22, 24, 25, 25, 24, 22, 20, 18, 16, 14, 13, 12, 10, 9, 8, 7, 6, 6),
    *(5, 5, 4, 4, 4, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2),
)
# From which minute on which moods are heard, and how often each.
MOODS: tuple[tuple[int, tuple[tuple[Phrases, int], ...]], ...] = (
    (
        0,
        (
            (say.PRAISE, 4),
            (say.JOKES, 4),
            (say.QUESTIONS, 4),
            (say.BILLING, 5),
            (say.SPAM, 3),
            (say.NEWS, 2),
            (say.NOISE, 1),
        ),
    ),
    (30, ((say.OUTAGE, 5), (say.BILLING, 2), (say.QUESTIONS, 2), (say.JOKES, 1), (say.SPAM, 1))),
    (38, ((say.OUTAGE, 12), (say.ANGER, 3), (say.BILLING, 1), (say.STORM_JOKES, 1), (say.SPAM, 1))),
    (
        46,
        (
            (say.OUTAGE, 12),
            (say.ANGER, 7),
            (say.VIRAL, 2),
            (say.STORM_JOKES, 2),
            (say.SPAM, 1),
            (say.NOISE, 1),
        ),
    ),
    (60, ((say.OUTAGE, 5), (say.ANGER, 5), (say.VIRAL, 1), (say.QUESTIONS, 1), (say.JOKES, 1))),
    (70, ((say.RESTORED, 5), (say.LEFTOVERS, 2), (say.ANGER, 1), (say.BILLING, 1))),
    (79, ((say.RESTORED, 5), (say.LEFTOVERS, 1), (say.PRAISE, 2), (say.JOKES, 1), (say.SPAM, 1))),
)


@dataclass(frozen=True, slots=True)
class Cue:
    """A scripted post: the minute at which it comes, its words, and what is special about it."""

    minute: float
    lang: str
    text: str
    author: str = ""
    name: str = ""
    of: str = ""  # the cue that it repeats, answers, edits or quotes
    how: str = ""  # retweeted, replied_to, edited, duplicate
    change: dict[str, Any] = field(default_factory=dict)


_DANGER = (
    "@acme_help URGENT ma mère de 83 ans est sous oxygène, plus de courant chez elle à Montfaurel, "
    "la batterie du concentrateur tient encore 30 minutes et personne ne répond"
)
_VIRAL = "Toute la vallée d'Ysse sans internet depuis une heure et pas un mot de @acme. #acmepanne"

SCRIPT: tuple[Cue, ...] = (
    Cue(4.6, "en", "@acme <script>alert('acme')</script> nice shop in Valdore"),
    Cue(7.4, "fr", "@acme bonjour", change={"text": None}),
    Cue(9.4, "fr", "@acme \u202eruojnob\u202c, une que\u200bstion\u2066 sur mon contrat"),
    Cue(12.6, "fr", "@acme_help bonjour, où est la boutique ?", change={"id": "12a7-not-decimal"}),
    Cue(15.5, "fr", "@acme ma facture de 60 euros, une explication ?", name="typo"),
    Cue(17.2, "fr", "@acme ma facture de 60 euros, une explication ?", of="typo", how="edited"),
    Cue(19.6, "fr", say.LONG.format(at="@acme_help"), change={"long": 9_000}),
    Cue(22.7, "en", "good morning @acme", change={"author_id": None}),
    Cue(25.2, *say.FIRST_SIGNS[0], name="first"),
    Cue(26.4, *say.FIRST_SIGNS[2]),
    Cue(27.6, *say.FIRST_SIGNS[1]),
    Cue(29.1, "fr", "pareil ici @acme_help, plus de fibre", of="first", how="replied_to"),
    Cue(31.5, "en", "@acme internet down in Corvigny \ud83d", name="surrogate"),
    Cue(33.2, "fr", "", of="first", how="duplicate"),
    Cue(
        36.5,
        "fr",
        "Bonjour, nous sommes au courant d'une panne d'internet dans la vallée d'Ysse. Nos équipes "
        "cherchent la cause. Prochain point à 6h45.",
        author=ACME,
        name="aware",
    ),
    Cue(39.3, "fr", "Enfin une réponse de @acme, mais rien de concret", of="aware", how="quoted"),
    Cue(
        41.7,
        "fr",
        "Bonjour @acme, je suis journaliste, combien de foyers sont touchés et quelle est la cause "
        "de la panne ? Mes messages privés sont ouverts.",
        author="user_0777",
    ),
    Cue(43.3, "fr", _VIRAL, author="user_0808", name="viral"),
    *(
        Cue(minute, "fr", "", of="viral", how="retweeted")
        for minute in (43.8, 44.2, 44.9, 45.3, 45.8, 46.4, 46.9, 47.3, 47.8, 48.2)
    ),
    Cue(45.6, "en", "@acme RT rates drop", change={"created_at": "2031-03-12T06:30:36.000Z"}),
    Cue(46.2, "fr", "", of="viral", how="duplicate"),
    Cue(47.6, "fr", f"RT @user_0808: {_VIRAL}"),
    Cue(48.4, "fr", _DANGER, author="user_0412", name="danger"),
    Cue(49.2, "fr", "", of="danger", how="retweeted"),
    Cue(50.7, "fr", "", of="danger", how="duplicate"),
    *(
        Cue(minute, "fr", "", of="viral", how="retweeted")
        for minute in (49.4, 49.9, 50.4, 51.2, 51.8, 52.5, 53.4, 54.6, 56.2, 57.8)
    ),
    Cue(
        51.5,
        "fr",
        "@user_0412 Nous vous écrivons en privé, appelez aussi le 15. Une équipe part chez elle.",
        author=ACME_HELP,
        of="danger",
        how="replied_to",
    ),
    Cue(
        54.4,
        "fr",
        "La cause est connue : un câble coupé par un chantier à Pont-d'Ysse. La réparation est en "
        "cours. Prochain point à 7h00.",
        author=ACME,
    ),
    Cue(
        55.4,
        "en",
        "Hello @acme, I am a journalist working on a story about the outage, could your press "
        "office call me?",
        author="user_0778",
    ),
    Cue(
        58.3,
        "fr",
        "@acme_help merci, un voisin a prêté un groupe électrogène, maman va bien",
        author="user_0412",
        of="danger",
        how="replied_to",
    ),
    Cue(59.6, "fr", "", of="viral", how="duplicate"),
    Cue(
        70.3,
        "fr",
        "Le câble est réparé, internet revient commune par commune. Redémarrez votre box si "
        "nécessaire. Nous vous présentons nos excuses.",
        author=ACME,
        name="repaired",
    ),
    Cue(73.4, "fr", "merci @acme, c'est revenu à Brévanne", of="repaired", how="replied_to"),
    Cue(76.5, "fr", "", of="repaired", how="duplicate"),
    Cue(86.2, "fr", "Tout est rétabli. Merci de votre patience.", author=ACME),
)


class Scribe:
    """Turns cues and moods into posts, in the order of time; all chance comes from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.posts: list[Post] = []
        self.named: dict[str, Post] = {}
        self.users: dict[str, Post] = {}
        self._last_ms = 0
        self._shuffled: dict[int, list[tuple[str, str]]] = {}

    def write(self) -> list[Post]:
        """Every post of the ninety minutes, oldest first."""
        for minute, count in enumerate(RATE):
            cues = [cue for cue in SCRIPT if int(cue.minute) == minute]
            free = [self._free(minute) for _ in range(count - len(cues))]
            for cue in sorted([*cues, *free], key=lambda cue: cue.minute):
                self.posts.append(self._post(cue))
        return self.posts

    def _free(self, minute: int) -> Cue:
        moods = next(moods for begin, moods in reversed(MOODS) if minute >= begin)
        bag = [phrases for phrases, weight in moods for _ in range(weight)]
        lang, template = self._draw(bag[self.random.randrange(len(bag))])
        at = minute + self.random.randrange(1_000) / 1_000
        if "aware" in self.named and self.random.randrange(8) == 0:
            return Cue(at, lang, template, of="aware", how="replied_to")
        return Cue(at, lang, template)

    def _draw(self, phrases: Phrases) -> tuple[str, str]:
        """Each phrase once before any comes again."""
        left = self._shuffled.setdefault(id(phrases), [])
        if not left:
            left.extend(phrases)
            self.random.shuffle(left)
        return left.pop()

    def _post(self, cue: Cue) -> Post:
        other = self.named.get(cue.of)
        if cue.how == "duplicate" and other is not None:
            return other
        at_ms = self._instant(cue.minute)
        author = self._author(cue)
        post_id = str((at_ms - 1288834974657) << 22 | self.random.randrange(4096))
        text = self._text(cue)
        post: Post = {
            "id": post_id,
            "text": text,
            "author_id": author,
            "created_at": _instant(at_ms),
            "lang": cue.lang,
            "conversation_id": post_id,
            "edit_history_tweet_ids": [post_id],
            "public_metrics": self._metrics(cue),
        }
        if other is not None:
            self._refer(post, cue.how, other)
        self._mark(post, cue)
        if cue.name:
            self.named[cue.name] = post
        return post

    def _instant(self, minute: float) -> int:
        wanted = START + timedelta(milliseconds=round(minute * 60_000))
        at_ms = int((wanted - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1))
        self._last_ms = max(self._last_ms + 1, at_ms)
        return self._last_ms

    def _author(self, cue: Cue) -> str:
        if cue.how == "edited":
            return str(self.named[cue.of]["author_id"])
        if cue.author in ACCOUNTS.values():
            return cue.author
        number = int(cue.author[-4:]) if cue.author else self.random.randrange(1, 400)
        return str(2_000_000_000 + number)

    def _text(self, cue: Cue) -> str:
        text = cue.text.format(
            at="{at}",
            area=say.AREAS[self.random.randrange(len(say.AREAS))],
            since=self._since(cue.lang),
            n=self.random.randrange(2, 9),
            sum=self.random.randrange(60, 400),
        )
        handle = ("@acme_help", "@acme_help", "@acme", "acme")[self.random.randrange(4)]
        return text.replace("{at}", handle)

    def _since(self, lang: str) -> str:
        choices = say.SINCE.get(lang, say.SINCE["en"])
        return choices[self.random.randrange(len(choices))]

    def _metrics(self, cue: Cue) -> dict[str, int]:
        scale = 400 if cue.name == "viral" else 6
        return {
            "retweet_count": self.random.randrange(scale),
            "reply_count": self.random.randrange(scale),
            "like_count": self.random.randrange(3 * scale),
            "quote_count": self.random.randrange(1 + scale // 6),
            "bookmark_count": self.random.randrange(1 + scale // 6),
            "impression_count": self.random.randrange(20, 200 * scale),
        }

    def _refer(self, post: Post, how: str, other: Post) -> None:
        if how == "edited":
            post["edit_history_tweet_ids"] = [other["id"], post["id"]]
            post["conversation_id"] = other["id"]
            return
        post["referenced_tweets"] = [{"type": how, "id": other["id"]}]
        if how == "retweeted":
            whole = f"RT @{_handle(other['author_id'])}: {other['text']}"
            post["text"] = whole if len(whole) <= 140 else whole[:139] + "…"
            post["lang"] = other["lang"]
        elif how == "replied_to":
            post["conversation_id"] = other["conversation_id"]
            post["in_reply_to_user_id"] = other["author_id"]

    def _mark(self, post: Post, cue: Cue) -> None:
        """Mentions, and what the script says is wrong or odd about the post."""
        change = dict(cue.change)
        length = change.pop("long", 0)
        if length:
            whole = (post["text"] * (1 + length // len(post["text"])))[:length]
            post["note_tweet"] = {"text": whole, "entities": _entities(whole)}
            post["text"] = whole[:279] + "…"
        entities = _entities(post["text"])
        if entities:
            post["entities"] = entities
        for name, value in change.items():
            if value is None:
                del post[name]
            else:
                post[name] = value

    def user(self, user_id: str) -> Post:
        """The author's object; the same whenever it is asked for."""
        if user_id not in self.users:
            big = {"2000000777": 48_200, "2000000778": 31_500, "2000000808": 212_000}
            chance = Random(int(user_id))
            followers = chance.randrange(5, 10 ** chance.randrange(2, 5))
            handle = _handle(user_id)
            self.users[user_id] = {
                "id": user_id,
                "name": handle.replace("_", " "),
                "username": handle,
                "public_metrics": {
                    "followers_count": 96_000
                    if user_id in ACCOUNTS.values()
                    else big.get(user_id, followers),
                    "following_count": chance.randrange(10, 900),
                    "tweet_count": chance.randrange(20, 9_000),
                    "listed_count": chance.randrange(12),
                },
            }
        return self.users[user_id]


def lines(seed: int = 412) -> Iterator[str]:
    """The stream, one response a line: a page (newest post first, as X answers) or one post."""
    scribe = Scribe(seed)
    posts = scribe.write()
    start = 0
    while start < len(posts):
        size = 1 if scribe.random.randrange(3) == 0 else scribe.random.randrange(2, 9)
        page = posts[start : start + size]
        # A page never holds the same post twice.
        while len({post["id"] for post in page}) < len(page):
            page.pop()
        start += len(page)
        yield _line(page, scribe)


def _line(page: list[Post], scribe: Scribe) -> str:
    authors = {post["author_id"] for post in page if "author_id" in post}
    answer: dict[str, Any] = {}
    if len(page) == 1:
        answer["data"] = page[0]
    else:
        answer["data"] = page[::-1]
    includes: dict[str, Any] = {"users": [scribe.user(author) for author in sorted(authors)]}
    referred = {
        reference["id"]
        for post in page
        for reference in post.get("referenced_tweets", ())
        if reference["type"] in ("retweeted", "quoted")
    }
    if referred:
        includes["tweets"] = [post for post in scribe.named.values() if post["id"] in referred]
    answer["includes"] = includes
    if len(page) > 1:
        ids = sorted((post["id"] for post in page if post["id"].isdigit()), key=int)
        answer["meta"] = {
            "newest_id": ids[-1],
            "oldest_id": ids[0],
            "result_count": len(page),
        }
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate has no UTF-8: such a line is escaped as the API would.
    if re.search("[\ud800-\udfff]", text):
        text = json.dumps(answer, separators=(",", ":"))
    return text


def _entities(text: str) -> dict[str, Any]:
    mentions = [
        {
            "start": match.start(),
            "end": match.end(),
            "username": match[1],
            "id": ACCOUNTS.get(match[1]) or str(2_000_000_000 + int(match[1][-4:])),
        }
        for match in re.finditer(r"@(acme_help|acme|user_\d{4})\b", text)
    ]
    return {"mentions": mentions} if mentions else {}


def _handle(user_id: str) -> str:
    names = {number: handle for handle, number in ACCOUNTS.items()}
    return names.get(user_id, f"user_{int(user_id) - 2_000_000_000:04d}")


def _instant(at_ms: int) -> str:
    at = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.000Z"


def main() -> None:
    """Rewrite the file."""
    written = list(lines())
    FILE.write_text("".join(f"{line}\n" for line in written), encoding="utf-8")
    print(f"{FILE}: {len(written)} lines")


if __name__ == "__main__":
    main()
