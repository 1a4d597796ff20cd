"""What is stored of one mention's placing: enough to say why it is where it is."""

from dataclasses import dataclass

from vigie.domain.change import Known
from vigie.domain.labels import Labels
from vigie.domain.why import ECHO, UNKNOWN, Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """`labels` is None for a repost and for a post that was erased; `kept` is what was stored of
    the reason, None where nothing was."""

    key: str
    known: Known
    labels: Labels | None = None
    kept: Why | None = None

    @property
    def why(self) -> Why:
        """Also for what is stored without a reason."""
        if self.known.repost:
            return Why(rule=ECHO)
        return self.kept or Why(rule=UNKNOWN)
