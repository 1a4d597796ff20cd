"""The incidents page as Chromium shows it; skipped where there is no Chromium."""

import html
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from functions.api import app
from tests.builders import a_desk, a_labelled, a_tally, an_entry
from tests.fakes import (
    InMemoryIncidents,
)
from tests.handlers.api_parts import api_parts
from tests.handlers.serving import served
from vigie.domain.change import Stored
from vigie.domain.incident import SURGE, Echoing
from vigie.domain.labels import Urgency
from vigie.domain.plan import Severity

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ID = "inc-0123456789"
HOSTILE = (
    "<script>document.body.id='taken'</script><img src=x onerror=\"document.body.id='taken'\">"
    "</p><h1>all is well</h1>"
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")


@pytest.fixture
def browser(monkeypatch, tmp_path):
    """The page's elements once it has shown the incident `ID` in a language."""

    def shown(held, now, language):
        parts = api_parts(held, "token-of-duty-1", now)
        monkeypatch.setattr(app, "parts", lambda: parts)

        def signed_in(path, headers, body):
            if path != "/":
                return body
            nonce = re.search(r"script-src 'nonce-(.+?)'", headers["Content-Security-Policy"])[1]
            script = (
                f'localStorage.setItem("language", "{language}"); location.hash = "{ID}"; '
                'sessionStorage.setItem("token", "token-of-duty-1")'
            )
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

    return shown


def test_an_incident_is_shown_and_what_a_post_says_stays_text(browser):
    now = datetime.now(UTC)
    held = InMemoryIncidents()
    held.tallies[ID] = a_tally(
        opened_at=now - timedelta(minutes=4), because="one critical mention (danger.medical)"
    )
    held.note([an_entry(at=now, what="note", by="lead-1", facts={"text": HOSTILE})])
    for urgency, text in (("high", "down again"), ("critical", HOSTILE), ("high", "me too")):
        labelled = a_labelled(urgency=urgency, text=text, posted_at=now)
        held.mentions[labelled.mention.key] = Stored(labelled=labelled, incident_id=ID)

    page = browser(held, now, "en")

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


def texts(page):
    """What the page says, its tags left out."""
    return html.unescape(re.sub(r"<[^>]+>", "", page))


@pytest.mark.parametrize(
    ("language", "said", "of_others"),
    [
        (
            "en",
            (
                r"Suspected; nobody has taken it yet\. It has been calm since 2 h ago \(.*?\): "
                r"is it over\?",
                r"SEV3 of 4 \(SEV1 is the gravest\): 12 times the usual volume \(SEV3 from 5\)",
                r"Opened because12 times the usual volume, nothing urgent found",
                r"The volume looks made8 of 12 authors post copies of the same text",
            ),
            (r"Contained; lead-1 has it\.", r"Taken by lead-1, .*?It got worse after it was"),
        ),
        (
            "fr",
            (
                r"Soupçonné\s; personne ne s'en charge encore\. Le calme est revenu il y a 2 h "
                r"\(.*?\)\s: est-ce fini\s\?",
                r"SEV3 sur 4 \(.*?\)\s: 12 fois le volume habituel \(SEV3 à partir de 5\)",
                r"Ouvert parce que12 fois le volume habituel, rien d'urgent trouvé",
                r"Le volume semble fabriqué8 auteurs sur 12 publient des copies du même texte",
            ),
            (r"Contenu\s; lead-1 s'en charge\.", r"par lead-1, .*?La situation a empiré après"),
        ),
    ],
)
def test_suspected_calm_made_contained_and_worse_are_told_in_both_languages(
    browser, language, said, of_others
):
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    held = InMemoryIncidents()
    held.tallies[ID] = a_tally(
        opened_at=now - 3 * hour,
        severity=Severity.SEV3,
        severity_because=("a volume of 12 times the usual (sev3 from 5)",),
        because="volume 12 times the usual, nothing urgent found",
        trigger=SURGE,
        by_urgency={Urgency.LOW: 20},
        mention_count=20,
        calm_since=now - 2 * hour,
        noise=Echoing(texts={"0f0f0f0f": 8}, voices=12, own=4),
    )
    for other, worse_at in (("inc-contained", None), ("inc-flared-up", now)):
        held.tallies[other] = a_tally(id=other, opened_at=now - 2 * hour, worse_at=worse_at)
        held.desks[other] = a_desk(
            incident_id=other,
            acknowledged_at=now - hour,
            acknowledged_by="lead-1",
            owner="lead-1",
            contained_at=now - hour,
            contained_by="lead-1",
        )

    page = browser(held, now, language)

    for expected in (*said, *of_others):
        assert re.search(expected, texts(page), re.DOTALL), expected
    assert re.search(r'<button id="acknowledge" type="button" class="act big"[^>]*>', page)
    assert "hidden" not in re.search(r'<button id="acknowledge"[^>]*>', page)[0]
