"""SNS's subscriptions and the roster in memory; contract tests run them beside the real ones."""

from dataclasses import replace

from vigie.domain.contacts import Held
from vigie.errors import Conflict, NotFound, Rejected

TOPIC = "arn:aws:sns:eu-west-3:123456789012:Alerts"


class InMemorySubscriptions:
    """As SNS: mail and https wait for their token, and whoever confirms by the link in the mail
    leaves the subscription open to whoever has a message. `failures` are raised in turn."""

    def __init__(self):
        self.held = {}
        self.failures = []
        self.asked = []
        self._number = 0

    def all(self, roster):
        for arn, one in self.held.items():
            known = not one.pending or (
                roster and (entry := roster.find(one.protocol, one.endpoint)) and entry.arn == arn
            )
            yield one if known else replace(one, arn="", known=False, policy=None)

    def listed(self):
        return tuple(
            replace(one, arn="" if one.pending else one.arn, known=False, policy=None)
            for one in self.held.values()
        )

    def subscribe(self, wanted):
        self._fail()
        self.asked.append(wanted.endpoint)  # each time SNS sends the address a request
        for one in self.held.values():
            if (one.protocol, one.endpoint) == (wanted.protocol, wanted.endpoint):
                return one.arn
        self._number += 1
        arn = f"{TOPIC}:{self._number}"
        self.held[arn] = Held(
            arn=arn,
            protocol=wanted.protocol,
            endpoint=wanted.endpoint,
            pending=wanted.protocol != "sms",
            known=True,
            policy=wanted.policy,
            authenticated=False,
        )
        return arn

    def refilter(self, arn, wanted):
        self._fail()
        if arn not in self.held:
            raise NotFound("set the filter: not found")
        self.held[arn] = replace(self.held[arn], policy=wanted.policy, raw=False)

    def unsubscribe(self, arn):
        self._fail()
        self.held.pop(arn, None)

    def confirm(self, token):
        """The token is the last part of the ARN."""
        arn = f"{TOPIC}:{token}"
        if arn not in self.held:
            raise Rejected("confirm: InvalidParameter: Token", field="token")
        self.held[arn] = replace(self.held[arn], pending=False, authenticated=True)
        return arn

    def click(self, endpoint):
        """Its owner, or a scanner, follows the link of the mail."""
        self._set(endpoint, pending=False, authenticated=False)

    def deactivate(self, endpoint):
        """As SNS does beyond ten mails a second."""
        self._set(endpoint, pending=True)

    def set_raw(self, endpoint):
        self._set(endpoint, raw=True)

    def lose(self, endpoint):
        self.held = {a: one for a, one in self.held.items() if one.endpoint != endpoint}

    def _set(self, endpoint, **values):
        for arn, one in self.held.items():
            if one.endpoint == endpoint:
                self.held[arn] = replace(one, **values)

    def _fail(self):
        failure = self.failures.pop(0) if self.failures else None
        if failure:
            raise failure


class InMemoryRosters:
    """One roster, under the next revision each time."""

    def __init__(self, roster=None):
        self.roster = roster

    def load(self):
        return self.roster

    def save(self, roster):
        if (self.roster.revision if self.roster else 0) != roster.revision:
            raise Conflict("another sync came first")
        self.roster = replace(roster, revision=roster.revision + 1)
        return self.roster


class ToldTexts:
    """What SNS would tell of text messages; None for what it does not."""

    def __init__(self, **told):
        self.told = {
            "in_sandbox": False,
            "verified": frozenset(),
            "settings": {"MonthlySpendLimit": "50", "DeliveryStatusIAMRole": "arn:role"},
            "stopped": frozenset(),
            "topic": {"HTTPFailureFeedbackRoleArn": "arn:role"},
        } | told

    def in_sandbox(self):
        return self.told["in_sandbox"]

    def verified(self):
        return self.told["verified"]

    def settings(self):
        return self.told["settings"]

    def opted_out(self, number):
        return None if self.told["stopped"] is None else number in self.told["stopped"]

    def topic(self):
        return self.told["topic"]
