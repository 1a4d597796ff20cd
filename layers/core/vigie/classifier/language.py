"""A guess at the language of a post, where the network's own tag is missing or only a hint."""

from vigie.classifier.normalise import Words

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


def guess(post: Words, hint: str) -> str:
    """`fr` or `en` where the common words say so, else the hint (a tag like `pt`), else `und`."""
    french = sum(form in _FRENCH for form in post.forms)
    english = sum(form in _ENGLISH for form in post.forms)
    if french > english:
        return "fr"
    if english > french:
        return "en"
    return hint[:10].lower() or "und"
