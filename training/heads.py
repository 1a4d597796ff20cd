"""Which heads there are: for each the source that it learns from, and what counts as a yes."""

from collections.abc import Callable
from dataclasses import dataclass

from training.sources import Example
from vigie.domain.labels import Urgency

LANGUAGES = {
    "fr": "french",
    "en": "english",
    "es": "spanish",
    "de": "german",
    "it": "italian",
    "pt": "portuguese",
}


@dataclass(frozen=True, slots=True)
class Head:
    """A question to a post; `yes` is asked of the examples that `asks` admits, no others."""

    name: str
    asks: Callable[[Example], bool]
    yes: Callable[[Example], bool]
    cost: float = 10.0  # of an error, against large weights
    lift: float = 0.0  # how far the rarer answer is weighted up: (rate of no / rate of yes)^lift
    kin: tuple[str, ...] = ()  # heads of the same source whose answers it may use
    taught: bool = True  # by an encoder too, where that helped on posts it had not seen
    ships: bool = True  # else it only helps its kin


def _rank(example: Example) -> int:
    return Urgency(example.labels["urgency"]).rank


def _of(*sources: str) -> Callable[[Example], bool]:
    return lambda example: example.source in sources


def _labelled(source: str, label: str) -> Callable[[Example], bool]:
    return lambda example: example.source == source and bool(example.labels.get(label))


def _both(source: str) -> Callable[[Example], bool]:
    return lambda e: (
        e.source == source and bool(e.labels.get("urgency")) and bool(e.labels.get("kind"))
    )


def _at_least(rank: int) -> Callable[[Example], bool]:
    return lambda example: _rank(example) >= rank


def _now(*kinds: str) -> Callable[[Example], bool]:
    return lambda example: _rank(example) >= 2 and example.labels["kind"] in kinds


def _is(label: str, value: str) -> Callable[[Example], bool]:
    return lambda example: example.labels[label] == value


def _of_known_language(example: Example) -> bool:
    return example.source == "umsab" or bool(_language(example))


def _in_language(language: str) -> Callable[[Example], bool]:
    return lambda example: _language(example) == language


def _language(example: Example) -> str:
    """By the file that holds it: `umsab/french`, `brand_fr`, `brand_fr_urgent`."""
    if example.source == "umsab":
        return example.file
    if example.source == "brand" and example.file.startswith("brand_"):
        return LANGUAGES.get(example.file.split("_")[1], "")
    return ""


def _spoken_well(example: Example) -> bool:
    """In the languages in which the encoder taught."""
    return example.source == "umsab" and example.file in ("french", "english")


def _in_french(example: Example) -> bool:
    """People in a disaster write in French, as those did who asked for help."""
    return example.source == "requests" or (
        example.source == "brand" and example.labels.get("source") == "haiti"
    )


_URGENCY = _labelled("brand", "urgency")
_SCENES = ("trecis", "t26", "requests", "umsab", "brand")

HEADS: tuple[Head, ...] = (
    Head("danger", _URGENCY, _at_least(3), taught=False),
    Head("urgent", _URGENCY, _at_least(2)),
    Head("answer", _URGENCY, _at_least(1)),
    Head("outage_now", _both("brand"), _now("outage")),
    Head("disaster_now", _both("brand"), _now("natural_disaster"), taught=False),
    Head("affair_now", _both("brand"), _now("controversy")),
    Head(
        "off_topic",
        _both("brand"),
        lambda e: _rank(e) == 0 and e.labels["kind"] == "none",
    ),
    *(
        Head(f"kind.{kind}", _labelled("brand", "kind"), _is("kind", kind))
        for kind in ("outage", "product_quality", "controversy", "natural_disaster", "none")
    ),
    *(
        Head(f"mood.{mood}", _labelled("brand", "sentiment"), _is("sentiment", mood))
        for mood in ("negative", "neutral", "positive")
    ),
    *(
        Head(f"tone.{tone}", _spoken_well, _is("sentiment", tone), cost=3.0)
        for tone in ("negative", "neutral", "positive")
    ),
    *(
        Head(f"tone_abroad.{tone}", _of("umsab"), _is("sentiment", tone), cost=3.0, taught=False)
        for tone in ("negative", "neutral", "positive")
    ),
    Head("priority.medium", _of("trecis"), _at_least(1), cost=1.0, lift=0.5, ships=False),
    Head(
        "priority.high",
        _of("trecis"),
        _at_least(2),
        cost=1.0,
        lift=0.5,
        kin=("priority.medium", "priority.critical"),
    ),
    Head(
        "priority.critical",
        _of("trecis"),
        _at_least(3),
        cost=1.0,
        lift=0.5,
        kin=("priority.high",),
    ),
    Head("affected", _of("t26"), _is("info_type", "Affected individuals"), cost=1.0, lift=0.5),
    Head("request", _of("requests"), _is("request", "1")),
    Head(
        "scene.disaster",
        _of(*_SCENES),
        lambda e: (
            e.source in ("trecis", "t26")
            or (e.source == "brand" and e.labels.get("source") in ("trecis", "crisislex"))
        ),
        cost=1.0,
    ),
    Head("scene.french", _of(*_SCENES), _in_french, cost=1.0),
    Head(
        "scene.organisation",
        lambda e: e.source == "brand" or (e.source == "umsab" and e.file in ("english", "french")),
        _of("brand"),
        cost=5.0,
    ),
    *(
        Head(f"language.{tag}", _of_known_language, _in_language(language), cost=1.0)
        for tag, language in LANGUAGES.items()
    ),
)
