"""SNS as the functions find it: up or down, and its publications in the inbox."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.faults import AwsError
from local.inbox import Inbox, Subscription
from local.intrinsics import TemplateError
from local.template import Stack


@dataclass(slots=True)
class Sns:
    """During `outages` (from, to) Publish fails with a 500, at once."""

    now: Callable[[], datetime]
    inbox: Inbox = field(default_factory=Inbox)
    outages: list[tuple[datetime, datetime]] = field(default_factory=list)

    def subscribe_stack(self, stack: Stack) -> None:
        """Subscribe what the template itself subscribes."""
        for resource in stack.of_type("AWS::SNS::Subscription"):
            properties = resource.properties
            if properties.get("FilterPolicyScope", "MessageAttributes") != "MessageAttributes":
                raise TemplateError(f"{resource.id}: filters on attributes only are known")
            self.inbox.subscribe(
                Subscription(
                    topic_arn=properties["TopicArn"],
                    protocol=properties["Protocol"],
                    filter_policy=properties.get("FilterPolicy", {}),
                )
            )

    def refuse(
        self, function: str, service: str, operation: str, params: Mapping[str, Any]
    ) -> None:
        """A hook before each call. Raises AwsError during an outage."""
        if service != "sns":
            return
        if any(start <= self.now() < end for start, end in self.outages):
            raise AwsError("InternalError", "SNS is down", status=500)

    def deliver(
        self, function: str, service: str, operation: str, params: Mapping[str, Any]
    ) -> None:
        """A hook after each call that succeeded."""
        if (service, operation) == ("sns", "Publish"):
            self.inbox.publish(self.now(), params.get("TopicArn", ""), params)
        elif (service, operation) == ("sns", "PublishBatch"):
            for entry in params["PublishBatchRequestEntries"]:
                self.inbox.publish(self.now(), params["TopicArn"], entry)
