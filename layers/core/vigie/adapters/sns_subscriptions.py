"""SNS: the subscriptions of the Alerts topic, and what the account may send by SMS."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from vigie.domain.contacts import Held, Roster, Wanted
from vigie.errors import NotFound, Rejected, Unavailable

# By hand and in no hurry.
UNHURRIED = Config(
    connect_timeout=3,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 8},
)
# SNS allows some calls a few times a second only, and its word for it is none of those on which
# the SDK tries again.
THROTTLED = frozenset({"Throttled", "Throttling", "ThrottlingException"})
PAUSES_S = (0.5, 1.0, 2.0, 4.0)
# In place of the ARN, in lists (ListSubscriptionsByTopic).
_NO_ARN = frozenset({"PendingConfirmation", "Deleted"})
_REFUSALS = frozenset(
    {
        "InvalidParameter",
        "InvalidParameterValue",
        "ParameterValueInvalid",
        "FilterPolicyLimitExceeded",
        "SubscriptionLimitExceeded",
        "OptedOut",
        "UserError",
        "AuthorizationError",
        "AccessDenied",
    }
)


class SnsSubscriptions:
    """`Subscriptions` of one topic; throttled, it waits `pauses` (seconds) between its tries."""

    def __init__(self, client: Any, topic_arn: str, pauses: Sequence[float] = ()) -> None:
        self._client = client
        self._topic_arn = topic_arn
        self._pauses = pauses

    def all(self, roster: Roster | None) -> Iterator[Held]:
        """See `Subscriptions.all`."""
        for one in self.listed():
            entry = roster.find(one.protocol, one.endpoint) if roster and not one.arn else None
            arn = one.arn or (entry.arn if entry else "")
            attributes = self._attributes(arn) if arn else None
            yield one if attributes is None else _held(one, arn, attributes)

    def listed(self) -> tuple[Held, ...]:
        """See `Subscriptions.listed`; 100 to a page."""
        found: list[Held] = []
        following: dict[str, str] = {}
        while True:
            answer = self._call(
                "list the subscriptions",
                self._client.list_subscriptions_by_topic,
                TopicArn=self._topic_arn,
                **following,
            )
            for one in answer["Subscriptions"]:
                arn = one["SubscriptionArn"]
                if arn == "Deleted":
                    continue
                found.append(
                    Held(
                        arn="" if arn in _NO_ARN else arn,
                        protocol=one["Protocol"],
                        endpoint=one["Endpoint"],
                        pending=arn in _NO_ARN,
                    )
                )
            if not answer.get("NextToken"):
                return tuple(found)
            following = {"NextToken": answer["NextToken"]}

    def subscribe(self, wanted: Wanted) -> str:
        """See `Subscriptions.subscribe`. The filter goes with the request: an address that is
        confirmed a second later must not get everybody's pages for that second."""
        answer = self._call(
            "subscribe",
            self._client.subscribe,
            TopicArn=self._topic_arn,
            Protocol=wanted.protocol,
            Endpoint=wanted.endpoint,
            Attributes={"FilterPolicy": json.dumps(wanted.policy)},
            ReturnSubscriptionArn=True,
        )
        return str(answer["SubscriptionArn"])

    def refilter(self, arn: str, wanted: Wanted) -> None:
        """See `Subscriptions.refilter`."""
        values = {"FilterPolicyScope": "MessageAttributes"}
        values["FilterPolicy"] = json.dumps(wanted.policy)
        if wanted.protocol == "https":
            # Raw, a message has neither its attributes nor a signature (SNS, raw delivery).
            values["RawMessageDelivery"] = "false"
        for name, value in values.items():
            self._call(
                "set the filter",
                self._client.set_subscription_attributes,
                SubscriptionArn=arn,
                AttributeName=name,
                AttributeValue=value,
            )

    def unsubscribe(self, arn: str) -> None:
        """See `Subscriptions.unsubscribe`."""
        with suppress(NotFound):
            self._call("unsubscribe", self._client.unsubscribe, SubscriptionArn=arn)

    def confirm(self, token: str) -> str:
        """See `Subscriptions.confirm`."""
        answer = self._call(
            "confirm",
            self._client.confirm_subscription,
            TopicArn=self._topic_arn,
            Token=token,
            AuthenticateOnUnsubscribe="true",
        )
        return str(answer["SubscriptionArn"])

    def _attributes(self, arn: str) -> Mapping[str, str] | None:
        try:
            answer = self._call(
                "read a subscription",
                self._client.get_subscription_attributes,
                SubscriptionArn=arn,
            )
        except NotFound:  # removed since the list was read
            return None
        attributes: Mapping[str, str] = answer["Attributes"]
        return attributes

    def _call(self, what: str, operation: Callable[..., Any], **values: Any) -> Mapping[str, Any]:
        with translated(what):
            for pause in self._pauses:
                try:
                    answer: Mapping[str, Any] = operation(**values)
                    return answer
                except ClientError as error:
                    if error.response.get("Error", {}).get("Code") not in THROTTLED:
                        raise
                time.sleep(pause)
            answer = operation(**values)
            return answer


class SnsTextMessaging:
    """`TextMessaging` of the account, in the region of the topic."""

    def __init__(self, client: Any, topic_arn: str) -> None:
        self._client = client
        self._topic_arn = topic_arn

    def in_sandbox(self) -> bool | None:
        """See `TextMessaging.in_sandbox`."""
        answer = self._asked("get_sms_sandbox_account_status")
        return None if answer is None else bool(answer["IsInSandbox"])

    def verified(self) -> frozenset[str] | None:
        """See `TextMessaging.verified`."""
        numbers: set[str] = set()
        following: dict[str, str] = {}
        while True:
            answer = self._asked("list_sms_sandbox_phone_numbers", **following)
            if answer is None:
                return None
            numbers |= {
                n["PhoneNumber"] for n in answer["PhoneNumbers"] if n["Status"] == "Verified"
            }
            if not answer.get("NextToken"):
                return frozenset(numbers)
            following = {"NextToken": answer["NextToken"]}

    def settings(self) -> Mapping[str, str] | None:
        """See `TextMessaging.settings`."""
        answer = self._asked("get_sms_attributes")
        return None if answer is None else dict(answer.get("attributes", {}))

    def opted_out(self, number: str) -> bool | None:
        """See `TextMessaging.opted_out`."""
        answer = self._asked("check_if_phone_number_is_opted_out", phoneNumber=number)
        return None if answer is None else bool(answer["isOptedOut"])

    def topic(self) -> Mapping[str, str] | None:
        """See `TextMessaging.topic`."""
        answer = self._asked("get_topic_attributes", TopicArn=self._topic_arn)
        return None if answer is None else dict(answer["Attributes"])

    def _asked(self, operation: str, **values: str) -> Mapping[str, Any] | None:
        try:
            answer: Mapping[str, Any] = getattr(self._client, operation)(**values)
        except (ClientError, BotoCoreError):
            return None
        return answer


@contextmanager
def translated(what: str) -> Iterator[None]:
    """SDK errors become `NotFound`, `Rejected` or `Unavailable`, with SNS's own words: they name
    parameters; only a wrong address is quoted, and that is cut out."""
    try:
        yield
    except ParamValidationError as error:
        raise Rejected(f"{what}: the SDK refused the request") from error
    except ClientError as error:
        told = error.response.get("Error", {})
        code, words = told.get("Code", ""), told.get("Message", "")
        if code in ("NotFound", "NotFoundException", "ResourceNotFound"):
            raise NotFound(f"{what}: not found") from error
        if code in _REFUSALS:
            raise Rejected(f"{what}: {code}: {_without_address(words)}") from error
        raise Unavailable(f"{what}: SNS answered {code}") from error
    except BotoCoreError as error:
        raise Unavailable(f"{what}: SNS did not answer ({type(error).__name__})") from error


def _without_address(words: str) -> str:
    return " ".join(
        "•••" if "@" in word or "://" in word or word.lstrip("(\"'").startswith("+") else word
        for word in words.split()
    )[:200]


def _held(one: Held, arn: str, attributes: Mapping[str, str]) -> Held:
    policy = json.loads(attributes.get("FilterPolicy") or "null")
    by_body = attributes.get("FilterPolicyScope", "MessageAttributes") != "MessageAttributes"
    authenticated = attributes.get("ConfirmationWasAuthenticated")
    return Held(
        arn=arn,
        protocol=one.protocol,
        # A list may hide what an https address carries before its host.
        endpoint=attributes.get("Endpoint") or one.endpoint,
        pending=attributes.get("PendingConfirmation", "").lower() == "true",
        known=True,
        policy={"body": policy} if by_body else policy,
        raw=attributes.get("RawMessageDelivery", "").lower() == "true",
        authenticated=None if authenticated is None else authenticated.lower() == "true",
    )
