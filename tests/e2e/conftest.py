"""A whole stack on moto for each test, with everybody of the plan subscribed."""

from contextlib import contextmanager

import pytest

from local.clock import VirtualClock
from local.replay import a_cloud
from tests.builders import NOON, a_plan
from vigie.domain.plan import plan_to_json


@pytest.fixture
def stack(tmp_path):
    """Call it with a plan and options of LocalCloud.start to get a cloud for a `with` block."""

    @contextmanager
    def start(plan=None, clock=None, **options):
        path = tmp_path / "plan.json"
        path.write_text(plan_to_json(plan or a_plan()), encoding="utf-8")
        with a_cloud(path, clock or VirtualClock(NOON), **options) as (cloud, _):
            yield cloud

    return start
