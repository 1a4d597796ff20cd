"""What is read of X."""

from vigie.api.routing import Routes
from vigie.api.sources import Sources, sources_of

router = Routes()


@router.get("/sources", summary="What is read, what was missed, what it costs", tags=["sources"])
def sources() -> Sources:
    """Each timeline and search of the plan; spans that nobody read; the UTC day's spend."""
    p = router.parts
    brands = p.plan.brands
    return sources_of(
        plan=p.plan,
        cursors=[cursor for brand in brands for cursor in p.cursors.all(brand.id)],
        gaps=[gap for brand in brands for gap in p.gaps.all(brand.id)],
        spend=p.ledger.spend(p.now().date()),
        stop=p.ledger.stopped(),
        now=p.now(),
    )
