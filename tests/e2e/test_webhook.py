import pytest

from local.snapshot import Snapshot
from tests.builders import NOON
from tests.e2e.posts import DANGER, a_post
from tests.e2e.webhook import PARAMETER, SECRET, a_mention_event, connected, deliver
from vigie.domain.labels import Urgency


@pytest.fixture
def pushed(stack):
    """A stack that X delivers to."""

    def start(plan=None, **options):
        return stack(plan, secrets={PARAMETER: SECRET}, **options)

    return start


def test_a_signed_event_becomes_a_page(pushed):
    with pushed() as cloud:
        x = connected(cloud)

        assert x.happens(a_mention_event(a_post(NOON, DANGER))) == [200]
        cloud.advance(seconds=5)

        (incident,) = Snapshot(cloud).incidents()
        sms = [d for d in cloud.inbox.deliveries if d.channel == "sms"]
        assert incident.by_urgency == {Urgency.CRITICAL: 1}
        assert [d.audience for d in sms] == ["duty-1"]
        cloud.assert_clean()
        assert cloud.failures == []


def test_an_event_that_nobody_signed_leaves_no_trace(pushed):
    with pushed() as cloud:
        response = deliver(cloud, a_mention_event(a_post(NOON, DANGER)), secret="another")
        cloud.advance(seconds=5)

        assert response.status == 401
        assert not Snapshot(cloud).mentions
        assert cloud.inbox.deliveries == []
