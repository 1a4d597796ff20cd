"""What all shapes of the API's JSON share."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer

from vigie.domain.instants import to_iso

Instant = Annotated[datetime, PlainSerializer(to_iso, return_type=str)]
"""ISO 8601, UTC, milliseconds."""


class Shape(BaseModel):
    """Refuses what it does not know."""

    # Built at first use: a cold start must not pay for shapes that its request never needs.
    model_config = ConfigDict(defer_build=True, extra="forbid")
