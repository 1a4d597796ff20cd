"""Whom the command subscribed the stack misses, with the role that the template gives it."""

import logging
from datetime import timedelta

from tests.builders import NOON
from vigie.adapters.dynamodb.rosters import DynamoRosters
from vigie.adapters.sns_subscriptions import SnsSubscriptions, SnsTextMessaging
from vigie.services.contacts import compare, sync, wish

TEAM = {"duty-1": {"sms": "+33600000012", "mail": "duty-1@example.org"}}


def test_the_stack_notices_within_the_hour_that_somebody_was_unsubscribed(stack, caplog):
    caplog.set_level(logging.INFO)
    with stack() as cloud:
        for function in cloud.functions.values():
            if function.name != "watch":
                cloud.pause_schedule(function.name)
        sns, topic = cloud.client("sns"), cloud.topic("AlertsTopic")
        subscriptions = SnsSubscriptions(sns, topic)
        rosters = DynamoRosters(cloud.client("dynamodb"), cloud.table("BrandsTable"))
        found = compare(subscriptions, rosters, wish(TEAM))
        texts = SnsTextMessaging(sns, topic)
        assert len(list(sync(subscriptions, rosters, texts, found, topic, str, NOON))) == 2

        cloud.advance_to(NOON + timedelta(minutes=8))
        gone = next(one for one in subscriptions.listed() if one.protocol == "email")
        sns.unsubscribe(SubscriptionArn=gone.arn)
        cloud.advance_to(NOON + timedelta(minutes=68))

    called = [record for record in caplog.records if record.getMessage() == "roll called"]
    assert [record.missing for record in called] == [[], ["duty-1/mail"]]
