"""A guess at the language of a post, where the network's own tag is missing or only a hint."""

from collections.abc import Callable

from vigie.classifier.normalise import Words

# The heads of urgency and kind learned from French and English: elsewhere they count less.
CONFIDENCE = {"fr": 1.0, "en": 1.0, "es": 0.8, "de": 0.8, "it": 0.8, "pt": 0.8, "und": 0.85}
_OTHER = 0.6
TAGS = ("fr", "en", "es", "de", "it", "pt")
_LEAST_WORDS = 2
_SURE = 1.0  # log-odds from which a head is believed without further signs
_POSSIBLE = -3.0  # log-odds below which common words do not speak for a language
_FRENCH = frozenset(
    """
    le la les des du de et est un une je j ai pas plus vous votre vos nous c qui que dans pour sur
    avec ma mon mes au aux ce cette depuis toujours merci bonjour ca sont chez ne n l d il elle on
    y tout bien mais tres quand comment pourquoi
    """.split()  # noqa: SIM905
)
_ENGLISH = frozenset(
    """
    the a an and is are i my you your to of in it for on with not do have has this that been since
    can no at was we our but what when why how please thanks hi still be so just from they will out
    all
    """.split()  # noqa: SIM905
)


def confidence(language: str) -> float:
    """How far to trust the heads of urgency and kind in a language, 0 to 1."""
    return CONFIDENCE.get(language, _OTHER)


def guess(post: Words, hint: str, odds: Callable[[str], float]) -> str:
    """The language whose head is sure, else by common words, else the hint (a tag like `ja`)."""
    hint = hint[:10].lower()
    if sum(form[0].isalpha() for form in post.forms) < _LEAST_WORDS:
        return hint or "und"
    best = max(TAGS, key=lambda tag: odds(f"language.{tag}"))
    if odds(f"language.{best}") > _SURE:
        return best
    french = sum(form in _FRENCH for form in post.forms)
    english = sum(form in _ENGLISH for form in post.forms)
    if french != english and hint not in TAGS[2:]:
        likely = "fr" if french > english else "en"
        if odds(f"language.{likely}") > _POSSIBLE:
            return likely
    return hint or (best if odds(f"language.{best}") > 0 else "und")
