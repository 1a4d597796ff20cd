"""What the API works with, over incidents in memory."""

from tests.builders import a_plan
from tests.fakes import (
    InMemoryCorrections,
    InMemoryCursors,
    InMemoryDesks,
    InMemoryDossiers,
    InMemoryGaps,
    InMemoryLedger,
    InMemoryOverrides,
    InMemoryStaff,
    RecordingQueue,
)
from vigie.api.parts import Parts
from vigie.services.staff import issue


def api_parts(held, token, now):
    """`token` is that of duty-1."""
    staff = InMemoryStaff()
    issue(staff, "duty-1", lambda: token, now)
    return Parts(
        desks=InMemoryDesks(held),
        dossiers=InMemoryDossiers(held),
        corrections=InMemoryCorrections(),
        staff=staff,
        cursors=InMemoryCursors(),
        gaps=InMemoryGaps(),
        ledger=InMemoryLedger(),
        overrides=InMemoryOverrides(),
        classified=RecordingQueue(),
        escalations=RecordingQueue(),
        plan=a_plan(),
        now=lambda: now,
    )
