from datetime import timedelta

import pytest

from local.faults import throttled
from local.snapshot import Snapshot
from tests.builders import NOON
from tests.e2e.posts import DANGER, a_page, a_post, feed


@pytest.mark.parametrize(
    ("service", "seconds"), [("dynamodb", 35), ("dynamodb", 600), ("sqs", 35), ("sqs", 90)]
)
def test_a_cry_for_help_outlasts_an_outage(stack, service, seconds):
    with stack() as cloud:
        feed(cloud, a_page(a_post(NOON, DANGER)))
        until = NOON + timedelta(seconds=seconds)

        def refuse(function, called, operation, params):
            if called == service and cloud.clock.now() < until:
                raise throttled(service)

        cloud.before_call.append(refuse)
        cloud.advance(seconds=seconds + 400)

        assert len(Snapshot(cloud).incidents()) == 1
        assert {d.audience for d in cloud.inbox.deliveries} >= {"duty-1"}
        assert cloud.dead_letters() == []
