import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.inbox import matches
from tests.builders import DUTY, LEAD, NOON, a_tally
from tests.contact_fakes import TOPIC, InMemoryRosters, InMemorySubscriptions, ToldTexts
from tests.fakes import RecordingPager
from vigie.domain.contacts import PROTOCOLS, Held, Roster, Wanted, masked, missing, wanted_of
from vigie.domain.gsm import fits
from vigie.domain.page import SMS_PREFIX, SUBJECT_CHARACTERS, Page, compose
from vigie.domain.people import Person
from vigie.domain.trial import trial
from vigie.errors import Conflict, NotFound, Rejected, Unavailable
from vigie.services.contacts import compare, confirm, standings, sync, try_out, wish
from vigie.services.readiness import Verdict, readiness
from vigie.services.roll_call import audit

TEAM = {
    "duty-1": {"sms": "+33600000012", "mail": "duty-1@example.org"},
    "lead-1": {"sms": "+33600000034", "chat": "https://example.org/chat"},
}


class Desk:
    """SNS, the table and the account, and a clock for syncs."""

    def __init__(self):
        self.sns = InMemorySubscriptions()
        self.rosters = InMemoryRosters()
        self.texts = ToldTexts()

    def compare(self, contacts=TEAM, adopt=False):
        return compare(self.sns, self.rosters, wish(contacts), adopt=adopt)

    def sync(self, contacts=TEAM, adopt=False, at=NOON):
        return list(
            sync(
                self.sns,
                self.rosters,
                self.texts,
                self.compare(contacts, adopt),
                TOPIC,
                lambda: "salt",
                at,
            )
        )

    def acts(self, contacts=TEAM, adopt=False):
        return sorted(change.act.value for change in self.compare(contacts, adopt))

    def policies(self):
        return {one.endpoint: one.policy for one in self.sns.held.values()}

    def standings(self, at=NOON):
        found = standings(self.sns, self.rosters, at)
        return {(*one.entry.people, one.entry.channel): one for one in found}


@pytest.fixture
def desk():
    return Desk()


def test_looking_changes_nothing(desk):
    assert desk.acts() == ["create"] * 4

    assert desk.sns.held == {}
    assert desk.rosters.roster is None


def test_each_person_and_channel_is_subscribed_once_with_its_filter(desk):
    desk.sync()

    assert desk.policies() == {
        "+33600000012": {"audience": ["duty-1"], "channel": ["sms"]},
        "duty-1@example.org": {"audience": ["duty-1"], "channel": ["mail"]},
        "+33600000034": {"audience": ["lead-1"], "channel": ["sms"]},
        "https://example.org/chat": {"audience": ["lead-1"], "channel": ["chat"]},
    }
    assert desk.acts() == ["keep"] * 4
    desk.sync()
    assert len(desk.sns.asked) == 4


@pytest.mark.parametrize("channel", PROTOCOLS)
@pytest.mark.parametrize("person", [DUTY, LEAD])
def test_a_filter_lets_exactly_its_persons_pages_of_its_channel_through(channel, person):
    (wanted,) = wish({"duty-1": {channel: "+33600000012" if channel == "sms" else "x@y.z"}})
    for sent in PROTOCOLS:
        page = compose(
            Page(
                tally=a_tally(),
                person=person,
                channel=sent,
                step=1,
                number=1,
                url="https://example.org",
                at=NOON,
                late=timedelta(0),
                next_at=NOON,
            )
        )
        is_its = (person.id, sent) == ("duty-1", channel)
        assert matches(wanted.policy, page.attributes) is is_its
        assert matches(wanted.policy, trial(person, sent, NOON).attributes) is is_its


def test_an_address_that_two_people_share_has_one_subscription_for_both(desk):
    shared = {name: {"chat": "https://example.org/chat"} for name in ("duty-1", "lead-1")}

    desk.sync(shared)

    assert desk.policies() == {
        "https://example.org/chat": {"audience": ["duty-1", "lead-1"], "channel": ["chat"]}
    }


def test_one_address_cannot_be_two_channels():
    address = "https://example.org/hook"
    with pytest.raises(Rejected, match="one subscription an address") as caught:
        wish({"duty-1": {"chat": address}, "lead-1": {"webhook": address}})

    assert "/hook" not in str(caught.value)


def test_more_than_sns_allows_is_said_before_anything_is_made():
    shared = {f"p-{n}": {"chat": "https://example.org/c"} for n in range(151)}
    assert "150" in wanted_of(shared)[1][0]


def test_who_joins_a_shared_address_changes_its_filter(desk):
    desk.sync({"duty-1": {"sms": "+33600000012"}})

    both = {"duty-1": {"sms": "+33600000012"}, "lead-1": {"sms": "+33600000012"}}
    assert desk.acts(both) == ["update"]
    desk.sync(both)

    assert desk.policies()["+33600000012"]["audience"] == ["duty-1", "lead-1"]


def test_who_leaves_is_unsubscribed(desk):
    desk.sync()
    alone = {"duty-1": TEAM["duty-1"]}
    # What was never confirmed cannot be unsubscribed (SNS): it is dropped by itself.
    assert desk.acts(alone) == ["expires", "keep", "keep", "remove"]

    desk.sync(alone)

    assert "+33600000034" not in desk.policies()
    assert audit(desk.sns, desk.rosters).missing == ()
    desk.sns.click("https://example.org/chat")
    assert desk.acts(alone) == ["keep", "keep", "remove"]


def test_a_webhook_that_was_set_to_raw_is_set_back(desk):
    desk.sync({"a": {"webhook": "https://example.org/h"}})
    desk.sns.click("https://example.org/h")
    desk.sns.set_raw("https://example.org/h")

    assert desk.acts({"a": {"webhook": "https://example.org/h"}}) == ["update"]
    desk.sync({"a": {"webhook": "https://example.org/h"}})

    assert desk.acts({"a": {"webhook": "https://example.org/h"}}) == ["keep"]


def test_the_case_of_a_mail_address_makes_no_second_subscription(desk):
    desk.sync({"a": {"mail": "Duty.One@Example.org"}})

    assert desk.acts({"a": {"mail": "duty.one@example.org"}}) == ["keep"]


def test_what_somebody_made_by_hand_is_left_alone(desk):
    by_hand = Held(arn="arn:hand", protocol="sms", endpoint="+33600000099", known=True, policy=None)
    theirs = Held(
        arn="arn:other",
        protocol="sms",
        endpoint="+33600000012",
        known=True,
        policy={"severity": ["sev1"]},
    )
    desk.sns.held = {one.arn: one for one in (by_hand, theirs)}

    desk.sync()

    assert desk.sns.held["arn:hand"] == by_hand
    assert desk.sns.held["arn:other"] == theirs
    assert desk.acts() == ["foreign", "keep", "keep", "keep"]


def test_what_was_made_by_hand_is_taken_over_where_that_is_asked_for(desk):
    desk.sns.held = {
        "arn:other": Held(
            arn="arn:other", protocol="sms", endpoint="+33600000012", known=True, policy=None
        )
    }

    desk.sync(adopt=True)

    assert desk.policies()["+33600000012"] == {"audience": ["duty-1"], "channel": ["sms"]}
    assert desk.acts() == ["keep"] * 4


def test_a_number_that_answered_stop_is_named_and_the_others_go_on(desk):
    desk.texts = ToldTexts(stopped={"+33600000012"})

    deeds = desk.sync()

    (failed,) = [deed for deed in deeds if deed.error]
    assert failed.change.people == ("duty-1",)
    assert "STOP" in failed.error
    assert len(desk.sns.held) == 3


def test_a_sync_that_is_stopped_half_way_is_finished_by_the_next(desk):
    found = desk.compare()
    steps = sync(desk.sns, desk.rosters, desk.texts, found, TOPIC, lambda: "salt", NOON)
    next(steps)
    steps.close()
    assert len(desk.sns.held) == 1
    # Whoever looks meanwhile is told that people are missing, not that all is well.
    assert len(audit(desk.sns, desk.rosters).missing) == 3

    desk.sync()

    assert len(desk.sns.held) == 4
    assert len(desk.sns.asked) == 4
    assert audit(desk.sns, desk.rosters).missing == ()


@pytest.mark.parametrize("failure", [Unavailable("Throttled"), Rejected("InvalidParameter")])
def test_what_fails_says_so_on_its_line_and_is_tried_by_the_next_sync(desk, failure):
    desk.sns.failures = [None, failure]

    deeds = desk.sync()

    assert [bool(deed.error) for deed in deeds] == [False, True, False, False]
    desk.sync()
    assert len(desk.sns.held) == 4


def test_of_two_who_sync_at_once_one_is_stopped_before_anything_is_done(desk):
    found = desk.compare()
    desk.sync()
    late = InMemoryRosters()
    late.save = desk.rosters.save

    with pytest.raises(Conflict):
        list(sync(desk.sns, late, desk.texts, found, TOPIC, lambda: "other", NOON))

    assert len(desk.sns.asked) == 4


def test_a_table_of_another_stack_is_refused(desk):
    desk.rosters = InMemoryRosters(Roster(topic=TOPIC + "-other", salt="s", revision=1))

    with pytest.raises(Rejected, match="a topic of its own"):
        desk.sync()


def test_only_a_hash_of_an_address_is_kept(desk):
    desk.sync()

    kept = repr(desk.rosters.roster)
    for secret in ("0000001", "example.org"):
        assert secret not in kept


def test_status_tells_what_waits_what_is_confirmed_and_who_may_unsubscribe(desk):
    desk.sync()
    desk.sns.click("duty-1@example.org")
    later = NOON + timedelta(hours=3)

    found = desk.standings(later)

    mail = found["duty-1", "mail"]
    assert not mail.held.pending
    assert mail.held.authenticated is False
    assert mail.entry.confirmed_at == later
    assert found["lead-1", "chat"].held.pending
    assert found["lead-1", "chat"].entry.confirmed_at is None
    # It was first seen then, however often it is seen again.
    assert desk.standings(later + timedelta(days=1))["duty-1", "mail"].entry.confirmed_at == later


def test_a_subscription_confirmed_by_its_token_is_the_accounts_alone(desk):
    desk.sync()
    arn = next(a for a, one in desk.sns.held.items() if one.protocol == "email")
    link = f"https://sns.eu-west-3.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}"

    confirm(desk.sns, f"{link}&Token={arn.rpartition(':')[2]}&x=1")

    assert desk.standings()["duty-1", "mail"].held.authenticated is True


@pytest.mark.parametrize("token", ["", "   ", "https://example.org/no-token", "Token=", "é", "a b"])
def test_what_is_no_token_is_refused_here(desk, token):
    with pytest.raises(Rejected, match="--token"):
        confirm(desk.sns, token)


def test_one_that_a_scanner_unsubscribed_is_missed_by_the_audit(desk):
    assert audit(desk.sns, desk.rosters) is None
    desk.sync()
    assert audit(desk.sns, desk.rosters).missing == ()

    desk.sns.lose("duty-1@example.org")

    (gone,) = audit(desk.sns, desk.rosters).missing
    assert (gone.people, gone.channel) == (("duty-1",), "mail")
    assert desk.standings()["duty-1", "mail"].held is None
    desk.sync(at=NOON + timedelta(days=1))
    assert audit(desk.sns, desk.rosters).missing == ()
    assert desk.standings()["duty-1", "mail"].entry.since == NOON + timedelta(days=1)


def test_a_mailbox_that_sns_deactivated_is_missed_and_asked_again(desk):
    desk.sync()
    desk.sns.click("duty-1@example.org")
    desk.sync()  # sees that it is confirmed
    desk.sns.deactivate("duty-1@example.org")

    (gone,) = audit(desk.sns, desk.rosters).missing
    assert gone.channel == "mail"
    assert "duty-1 mail: was confirmed, and SNS has deactivated it" in lines(desk)
    desk.sync()

    assert desk.sns.asked.count("duty-1@example.org") == 2
    assert audit(desk.sns, desk.rosters).missing == ()


def test_whoever_lets_a_request_lie_is_asked_again_where_that_is_wanted(desk):
    desk.sync()

    list(
        sync(
            desk.sns,
            desk.rosters,
            desk.texts,
            compare(desk.sns, desk.rosters, wish(TEAM), again=True),
            TOPIC,
            lambda: "salt",
            NOON,
        )
    )

    assert sorted(desk.sns.asked[4:]) == ["duty-1@example.org", "https://example.org/chat"]


def test_an_audit_that_cannot_ask_does_not_say_that_all_is_well(desk):
    class Silent(InMemorySubscriptions):
        def listed(self):
            raise Unavailable("SNS is out")

    desk.sync()

    assert audit(Silent(), desk.rosters).failed


def test_an_address_that_a_list_hides_is_known_by_its_arn(desk):
    desk.sync({"a": {"webhook": "https://u:p@example.org/h"}})
    (one,) = desk.sns.held.values()
    listed = Held(arn=one.arn, protocol="https", endpoint="https://u:****@example.org/h")

    assert missing(desk.rosters.roster, [listed]) == ()


def test_a_test_page_goes_to_each_person_by_each_way(desk):
    desk.sync()
    pager = RecordingPager(None, Unavailable("SNS is out"))

    sent = list(try_out(pager, desk.rosters, (DUTY, LEAD), "", NOON))

    assert [(one.person, one.channel, bool(one.error)) for one in sent] == [
        ("duty-1", "mail", False),
        ("duty-1", "sms", True),
        ("lead-1", "chat", False),
        ("lead-1", "sms", False),
    ]
    assert sent[0].message_id == "message-1"


def test_a_test_page_goes_to_one_person_where_that_is_asked_for(desk):
    desk.sync()
    pager = RecordingPager()

    list(try_out(pager, desk.rosters, (DUTY, LEAD), "lead-1", NOON))

    assert pager.slots == ["lead-1/chat", "lead-1/sms"]
    with pytest.raises(NotFound, match="nobody-1"):
        list(try_out(pager, desk.rosters, (), "nobody-1", NOON))


def test_before_the_first_sync_people_are_told_to_sync(desk):
    with pytest.raises(NotFound, match="contacts sync"):
        list(try_out(RecordingPager(), desk.rosters, (), "", NOON))
    with pytest.raises(NotFound, match="contacts sync"):
        desk.standings()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_test_page_is_called_a_test_first_of_all(language):
    person = Person(id="a" * 31, role="duty", language=language)

    message = trial(person, "sms", NOON)

    assert fits(SMS_PREFIX + message.sms)
    for text in (message.sms, message.mail, message.subject):
        assert text.startswith("TEST")
    assert message.subject.isascii()
    assert len(message.subject) <= SUBJECT_CHARACTERS
    assert json.loads(message.data)["type"] == "test"
    assert message.attributes["type"] == "test"


@pytest.mark.parametrize(
    ("endpoint", "shown"),
    [
        ("+33600000012", "+33•••••12"),
        ("duty-1@example.org", "d•••@example.org"),
        ("https://user:secret@example.org/hook?key=1", "https://example.org/•••"),
    ],
)
def test_what_is_shown_of_an_address_is_not_the_address(endpoint, shown):
    assert masked(endpoint) == shown


def lines(desk, at=NOON, verdict=Verdict.MEND):
    found = readiness(desk.texts, standings(desk.sns, desk.rosters, at), at)
    return [finding.says for finding in found if finding.verdict is verdict]


def confirmed(desk):
    desk.sync()
    for arn in list(desk.sns.held):
        desk.sns.confirm(arn.rpartition(":")[2])


def test_a_team_that_lacks_nothing_is_ready(desk):
    confirmed(desk)

    assert lines(desk) == []


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"in_sandbox": True}, ["SMS sandbox", "+33•••••12 gets", "+33•••••34 gets"]),
        (
            {"in_sandbox": True, "verified": {"+33600000012"}},
            ["SMS sandbox", "+33•••••34 gets"],
        ),
        (
            {"settings": {"MonthlySpendLimit": "1", "DeliveryStatusIAMRole": "r"}},
            ["SMS spending limit: 1 USD"],
        ),
        ({"settings": {"MonthlySpendLimit": "50"}}, ["SMS delivery logs: off"]),
        ({"stopped": {"+33600000034"}}, ["+33•••••34 answered STOP"]),
        ({"topic": {}}, ["delivery logs of webhooks and chat: off"]),
    ],
)
def test_each_lack_of_the_account_is_named_with_its_mend(desk, told, says):
    confirmed(desk)
    desk.texts = ToldTexts(**told)

    assert [line[: len(say)] for line, say in zip(lines(desk), says, strict=True)] == says
    found = readiness(desk.texts, standings(desk.sns, desk.rosters, NOON), NOON)
    assert all(finding.mend for finding in found if finding.verdict is Verdict.MEND)


def test_what_sns_does_not_tell_is_unknown_and_never_ready(desk):
    confirmed(desk)
    desk.texts = ToldTexts(in_sandbox=None, settings=None, stopped=None, topic=None)

    unknown = " ".join(lines(desk, verdict=Verdict.UNKNOWN))

    for what in ("sandbox", "spending", "STOP", "webhooks", "mail", "SMS a second"):
        assert what in unknown
    assert lines(desk) == []


def test_people_without_a_second_way_and_what_is_not_confirmed_are_named(desk):
    desk.sync()
    desk.sns.click("duty-1@example.org")
    desk.sns.lose("+33600000012")

    found = lines(desk, NOON + timedelta(hours=40))

    assert found == [
        "duty-1 mail: whoever holds a page of it can unsubscribe it, a mail scanner too",
        "duty-1 sms: not subscribed (any more)",
        "lead-1 chat: asked and not confirmed; SNS forgets it in some 8 h",
        "duty-1: reached by mail alone",
        "lead-1: reached by sms alone",
    ]


def test_a_filter_that_somebody_changed_is_named(desk):
    confirmed(desk)
    hand = Wanted(protocol="sms", endpoint="+33600000012", channel="sms", people=("lead-1",))
    arn = next(arn for arn, one in desk.sns.held.items() if one.endpoint == hand.endpoint)
    desk.sns.refilter(arn, hand)

    (line,) = lines(desk)

    assert line.startswith("duty-1 sms: its filter or its delivery was changed by hand")
    assert desk.standings()["duty-1", "sms"].is_astray


def test_a_team_without_a_telephone_is_not_ready(desk):
    desk.sync({"duty-1": {"mail": "duty-1@example.org"}})

    assert "no telephone is subscribed" in lines(desk)


ADDRESSES = st.fixed_dictionaries(
    {},
    optional={
        "sms": st.sampled_from(["+33600000001", "+33600000002"]),
        "mail": st.sampled_from(["a@example.org", "B@example.org"]),
        "chat": st.just("https://example.org/chat"),
        "webhook": st.sampled_from(["https://example.org/1", "https://example.org/2"]),
    },
)
TEAMS = st.dictionaries(st.sampled_from(["a", "b", "c"]), ADDRESSES, max_size=3)


@settings(max_examples=60)
@given(
    teams=st.lists(st.tuples(TEAMS, st.integers(0, 8), st.booleans()), min_size=1, max_size=4),
    last=TEAMS,
    failures=st.lists(st.sampled_from([None, Unavailable("Throttled")]), max_size=12),
)
def test_whatever_was_stopped_or_failed_before_two_syncs_make_it_as_the_file_says(
    teams, last, failures
):
    desk = Desk()
    desk.sns.failures = failures
    for team, stop, click in teams:
        found = desk.compare(team)
        steps = sync(desk.sns, desk.rosters, desk.texts, found, TOPIC, lambda: "salt", NOON)
        for _ in range(stop):
            next(steps, None)
        steps.close()
        if click:
            for endpoint in list(desk.policies()):
                desk.sns.click(endpoint)
    desk.sns.failures = []

    desk.sync(last)
    for endpoint in list(desk.policies()):
        desk.sns.click(endpoint)  # also what was to expire: somebody confirmed it late
    desk.sync(last)

    assert desk.policies() == {one.endpoint: one.policy for one in wish(last)}
    assert set(desk.acts(last)) <= {"keep"}
    assert audit(desk.sns, desk.rosters).missing == ()
