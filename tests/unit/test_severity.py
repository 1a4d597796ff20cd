from tests.builders import a_tally
from vigie.domain.labels import Kind, Urgency
from vigie.domain.plan import SEVERITY_ROWS, Severity, SeverityRow
from vigie.domain.severity import Evidence, assess, evidence_of, settled
from vigie.domain.voices import listed


def level(**evidence):
    return assess(Evidence(**evidence), SEVERITY_ROWS)[0]


def test_the_default_table():
    assert level() is Severity.SEV4
    assert level(urgent=1) is Severity.SEV3
    assert level(urgent=24) is Severity.SEV3
    assert level(urgent=25) is Severity.SEV2
    assert level(urgent=1, reach=100_000) is Severity.SEV2
    assert level(reach=100_000) is Severity.SEV4
    assert level(critical=1, urgent=1) is Severity.SEV2
    assert level(critical=3, urgent=3) is Severity.SEV1
    assert level(critical=1, urgent=1, reach=1_000_000) is Severity.SEV1
    assert level(urgent=10, surge=5.0) is Severity.SEV2
    assert level(surge=40.0) is Severity.SEV4
    assert level(authors=25, surge=10.0) is Severity.SEV3


def test_reasons_name_every_condition_with_its_value_and_threshold():
    _, because = assess(Evidence(urgent=30, surge=7.5), SEVERITY_ROWS)

    assert because == (
        "30 urgent mentions by different authors (sev2 from 25)",
        "30 urgent mentions by different authors (sev2 from 10)"
        " and a volume of 7.5 times the usual (sev2 from 5)",
    )


def test_rows_may_ask_for_a_kind_a_speed_and_the_worst_urgency():
    row = SeverityRow(
        severity=Severity.SEV1,
        worst=Urgency.HIGH,
        per_minute=4.0,
        kinds=(Kind.NATURAL_DISASTER,),
    )
    flood = Evidence(worst=Urgency.CRITICAL, per_minute=4.5, kind=Kind.NATURAL_DISASTER)

    assert assess(flood, (row,)) == (
        Severity.SEV1,
        (
            "4.5 mentions a minute (sev1 from 4) and the worst is critical (sev1 from high)"
            " and of kind natural_disaster",
        ),
    )
    slow = Evidence(worst=Urgency.CRITICAL, per_minute=3.0, kind=Kind.NATURAL_DISASTER)
    assert assess(slow, (row,))[0] is Severity.SEV4
    outage = Evidence(worst=Urgency.CRITICAL, per_minute=9.0, kind=Kind.OUTAGE)
    assert assess(outage, (row,))[0] is Severity.SEV4


def voices(number):
    some = ""
    for author in range(number):
        some = listed(some, f"{author:06x}abcd")
    return some


def test_who_writes_urgently_thirty_times_is_one_voice():
    tally = a_tally(by_urgency={Urgency.HIGH: 30}, urgent_voices=voices(1))

    assert evidence_of(tally).urgent == 1


def test_what_was_old_on_arrival_is_no_volume():
    tally = a_tally(by_urgency={Urgency.HIGH: 30}, late=28, urgent_voices=voices(30))

    assert evidence_of(tally).urgent == 2


def test_after_a_fall_only_what_comes_then_weighs():
    before = a_tally(
        by_urgency={Urgency.CRITICAL: 2, Urgency.HIGH: 8},
        urgent_voices=voices(10),
        reach=200_000,
        surge=9.0,
    )

    calm = evidence_of(settled(before))

    assert (calm.critical, calm.urgent, calm.reach, calm.surge) == (0, 0, 0, 0.0)
    assert calm.worst is Urgency.MEDIUM
    assert assess(calm, SEVERITY_ROWS)[0] is Severity.SEV4
