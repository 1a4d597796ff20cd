"""Whether a page would arrive tonight, as far as SNS tells; each lack with its mend."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vigie.domain.contacts import PROTOCOLS, UNCONFIRMED_LIVE, masked
from vigie.ports import TextMessaging
from vigie.services.contacts import Standing

# What AWS lets an account spend on SMS in a month until it is asked for more, in dollars.
DEFAULT_SPEND_USD = 1.0
WAYS = 2


class Verdict(StrEnum):
    """How a line of the report ends."""

    READY = "ready"
    MEND = "MEND"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line: what was looked at, what was found, what to do."""

    verdict: Verdict
    says: str
    mend: str = ""


def readiness(texts: TextMessaging, found: Sequence[Standing], now: datetime) -> Iterator[Finding]:
    """The account first, then people."""
    numbers = sorted(one.held.endpoint for one in found if one.held and one.held.protocol == "sms")
    if numbers:
        yield from _sandbox(texts, numbers)
        yield from _spending(texts)
        yield from _opted_out(texts, numbers)
        yield Finding(
            verdict=Verdict.UNKNOWN,
            says=f"SMS a second: SNS does not tell; the ladder may page {len(numbers)} at once",
            mend="see Service Quotas (SNS) and the throughput of the origination number that you "
            "use; a long number sends about one a second",
        )
    else:
        yield Finding(
            verdict=Verdict.MEND,
            says="no telephone is subscribed",
            mend="add `sms` to contacts.yaml and sync: nothing else wakes people reliably",
        )
    yield from _logs(texts, {one.entry.channel for one in found})
    yield from _subscriptions(found, now)
    yield from _ways(found)


def _sandbox(texts: TextMessaging, numbers: Sequence[str]) -> Iterator[Finding]:
    inside = texts.in_sandbox()
    if inside is None:
        yield _unknown("SMS sandbox", "sns:GetSMSSandboxAccountStatus")
    elif not inside:
        yield Finding(verdict=Verdict.READY, says="SMS sandbox: the account has left it")
    else:
        yield Finding(
            verdict=Verdict.MEND,
            says="SMS sandbox: SMS reach verified numbers only",
            mend="SNS console, Text messaging, Exit SMS sandbox; AWS answers within a day or so",
        )
        verified = texts.verified()
        if verified is None:
            yield _unknown("verified numbers", "sns:ListSMSSandboxPhoneNumbers")
            return
        for number in numbers:
            if number not in verified:
                yield Finding(
                    verdict=Verdict.MEND,
                    says=f"{masked(number)} gets nothing while the account is in the sandbox",
                    mend="verify it (SNS console, Text messaging, Sandbox destination numbers)",
                )


def _spending(texts: TextMessaging) -> Iterator[Finding]:
    settings = texts.settings()
    if settings is None:
        yield _unknown("SMS spending limit and delivery logs", "sns:GetSMSAttributes")
        return
    text = settings.get("MonthlySpendLimit", "")
    try:
        limit = float(text)
    except ValueError:
        yield Finding(
            verdict=Verdict.UNKNOWN,
            says="SMS spending limit: not set, so it is the account's quota (1 USD a month until "
            "AWS raised it)",
            mend="Service Quotas, SNS, Account spend threshold; then SNS console, Text messaging, "
            "preferences",
        )
    else:
        enough = limit > DEFAULT_SPEND_USD
        yield Finding(
            verdict=Verdict.READY if enough else Verdict.MEND,
            says=f"SMS spending limit: {limit:g} USD a month; at the limit SNS sends none, "
            "and tells nobody",
            mend="" if enough else "raise it: a page costs cents, a bad night dozens of them",
        )
    if settings.get("DeliveryStatusIAMRole"):
        yield Finding(verdict=Verdict.READY, says="SMS delivery logs: on")
    else:
        yield Finding(
            verdict=Verdict.MEND,
            says="SMS delivery logs: off, so that nobody can tell later whether one arrived",
            mend="SNS console, Text messaging, preferences, Delivery status logging",
        )


def _opted_out(texts: TextMessaging, numbers: Sequence[str]) -> Iterator[Finding]:
    answers = {number: texts.opted_out(number) for number in numbers}
    if None in answers.values():
        yield _unknown("numbers that answered STOP", "sns:CheckIfPhoneNumberIsOptedOut")
    for number, is_out in answers.items():
        if is_out:
            yield Finding(
                verdict=Verdict.MEND,
                says=f"{masked(number)} answered STOP: SNS sends it nothing",
                mend="with its owner's consent `aws sns opt-in-phone-number` (once in 30 days)",
            )
    if all(is_out is False for is_out in answers.values()):
        yield Finding(verdict=Verdict.READY, says="no number has answered STOP")


def _logs(texts: TextMessaging, channels: set[str]) -> Iterator[Finding]:
    if "mail" in channels:
        yield Finding(
            verdict=Verdict.UNKNOWN,
            says="delivery of mail: SNS does not tell, and keeps no log of it",
            mend="contacts test, and ask people; never let mail be the only way to somebody",
        )
    if not {channel for channel in channels if PROTOCOLS[channel] == "https"}:
        return
    topic = texts.topic()
    if topic is None:
        yield _unknown("delivery logs of webhooks and chat", "sns:GetTopicAttributes")
    elif topic.get("HTTPFailureFeedbackRoleArn"):
        yield Finding(verdict=Verdict.READY, says="delivery logs of webhooks and chat: on")
    else:
        yield Finding(
            verdict=Verdict.MEND,
            says="delivery logs of webhooks and chat: off; a failure is counted, its reason lost",
            mend="SNS console, the Alerts topic, Edit, Delivery status logging, HTTP/S",
        )


def _subscriptions(found: Sequence[Standing], now: datetime) -> Iterator[Finding]:
    for one in found:
        who = f"{', '.join(one.entry.people)} {one.entry.channel}"
        if one.held is None:
            yield Finding(
                verdict=Verdict.MEND,
                says=f"{who}: not subscribed (any more)",
                mend="contacts sync --apply, then confirm",
            )
        elif one.held.pending and one.entry.confirmed_at:
            yield Finding(
                verdict=Verdict.MEND,
                says=f"{who}: was confirmed, and SNS has deactivated it",
                mend="contacts sync --apply, then confirm; SNS does so beyond ten mails a second",
            )
        elif one.held.pending:
            left = one.entry.since + UNCONFIRMED_LIVE - now
            hours = max(0, int(left.total_seconds() // 3600))
            yield Finding(
                verdict=Verdict.MEND,
                says=f"{who}: asked and not confirmed; SNS forgets it in some {hours} h",
                mend="contacts confirm --token, with the link of the mail or of the request",
            )
        elif one.is_astray:
            yield Finding(
                verdict=Verdict.MEND,
                says=f"{who}: its filter or its delivery was changed by hand; pages may pass it by",
                mend="contacts sync --adopt --apply",
            )
        elif one.entry.channel == "mail" and one.held.authenticated is False:
            yield Finding(
                verdict=Verdict.MEND,
                says=f"{who}: whoever holds a page of it can unsubscribe it, a mail scanner too",
                mend="unsubscribe it, contacts sync --apply, contacts confirm --token",
            )


def _ways(found: Sequence[Standing]) -> Iterator[Finding]:
    ways: dict[str, set[str]] = defaultdict(set)
    for one in found:
        for person in one.entry.people:
            ways[person] |= {one.entry.channel} if one.held and not one.held.pending else set()
    alone = {person: have for person, have in sorted(ways.items()) if len(have) < WAYS}
    for person, have in alone.items():
        yield Finding(
            verdict=Verdict.MEND,
            says=f"{person}: reached by {', '.join(sorted(have)) or 'nothing'} alone",
            mend="give them a second way that does not fail together with the first",
        )
    if ways and not alone:
        yield Finding(verdict=Verdict.READY, says="everybody is reached by two ways or more")


def _unknown(what: str, permission: str) -> Finding:
    return Finding(
        verdict=Verdict.UNKNOWN,
        says=f"{what}: SNS did not say",
        mend=f"let whoever runs this call {permission}",
    )
