"""The incidents page as Chromium shows it; skipped where there is no Chromium."""

import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from functions.api import app
from tests.builders import a_labelled, a_plan, a_tally, an_entry
from tests.fakes import (
    InMemoryCorrections,
    InMemoryCursors,
    InMemoryDesks,
    InMemoryDossiers,
    InMemoryGaps,
    InMemoryIncidents,
    InMemoryLedger,
    InMemoryOverrides,
    InMemoryStaff,
    RecordingQueue,
)
from tests.handlers.serving import served
from vigie.domain.change import Stored
from vigie.services.staff import issue

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ID = "inc-0123456789"
HOSTILE = (
    "<script>document.body.id='taken'</script><img src=x onerror=\"document.body.id='taken'\">"
    "</p><h1>all is well</h1>"
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")


@pytest.fixture
def page(monkeypatch, tmp_path):
    """The page's elements once it has shown an incident with a hostile post."""
    now = datetime.now(UTC)
    held = InMemoryIncidents()
    held.tallies[ID] = a_tally(
        opened_at=now - timedelta(minutes=4), because="one critical mention (danger.medical)"
    )
    held.note([an_entry(at=now, what="note", by="lead-1", facts={"text": HOSTILE})])
    for urgency, text in (("high", "down again"), ("critical", HOSTILE), ("high", "me too")):
        labelled = a_labelled(urgency=urgency, text=text, posted_at=now)
        held.mentions[labelled.mention.key] = Stored(labelled=labelled, incident_id=ID)
    staff = InMemoryStaff()
    issue(staff, "duty-1", lambda: "token-of-duty-1", now)
    parts = app.Parts(
        desks=InMemoryDesks(held),
        dossiers=InMemoryDossiers(held),
        corrections=InMemoryCorrections(),
        staff=staff,
        cursors=InMemoryCursors(),
        gaps=InMemoryGaps(),
        ledger=InMemoryLedger(),
        overrides=InMemoryOverrides(),
        classified=RecordingQueue(),
        plan=a_plan(),
        now=lambda: now,
    )
    monkeypatch.setattr(app, "parts", lambda: parts)

    def signed_in(path, headers, body):
        if path != "/":
            return body
        nonce = re.search(r"script-src 'nonce-(.+?)'", headers["Content-Security-Policy"])[1]
        script = f'sessionStorage.setItem("token", "token-of-duty-1"); location.hash = "{ID}"'
        return body.replace("<body>", f'<body><script nonce="{nonce}">{script}</script>')

    with served(app.handler, signed_in) as url:
        done = subprocess.run(
            [
                CHROMIUM,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                f"--user-data-dir={tmp_path}",
                "--lang=fr",
                "--virtual-time-budget=3000",
                "--dump-dom",
                f"{url}/",
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    return re.sub(r"<script.*?</script>", "", done.stdout, flags=re.DOTALL)


def test_an_incident_is_shown_and_what_a_post_says_stays_text(page):
    assert 'id="taken"' not in page
    assert "&lt;script&gt;document.body.id='taken'" in page
    assert "<img" not in page
    assert "all is well</h1>" not in page
    assert '<h2 id="title" tabindex="-1">Acme' in page
    assert "danger.medical" not in page
    assert re.findall(r'<b class="(critical|high)">', page) == ["critical", "high", "high"]
    assert "user_1" in page
    assert re.search(r'<li[^>]*><b class="quiet">said most, 1 person</b><p class="words"', page)
    assert re.search(r'href="https://x.com/i/status/\d+" target="_blank" rel="noopener nor', page)
    assert re.search(r'<time datetime="[^"]+" title="[^"]+ UTC">[^<]*4 min', page)
