import pytest
import yaml

from tests.fakes import InMemoryOverrides
from tests.unit.test_planning_schedules import ROTA, plan
from vigie.admin import on_call
from vigie.admin.__main__ import main

SPAN = ["--from", "2030-01-06T00:00:00Z", "--to", "2030-01-07T00:00:00Z"]
AT = ["--at", "2030-01-06T12:00:00Z"]


@pytest.fixture
def say(tmp_path, capsys, monkeypatch):
    """Runs the command; gives its exit code, its lines, and what it complains of."""
    path = tmp_path / "plan.yaml"
    path.write_text(plan(ROTA), encoding="utf-8")
    held = InMemoryOverrides()
    monkeypatch.setattr(on_call.boto3, "client", lambda service: None)
    monkeypatch.setattr(on_call, "DynamoOverrides", lambda client, table: held)

    def run(*arguments):
        common = ["--table", "BrandsTable", "--plan", str(path), "--by", "lead-1"]
        code = main(["on-call", *arguments, *common])
        said = capsys.readouterr()
        return code, said.out.splitlines(), said.err

    return run


def test_who_is_on_call_until_when_and_who_follows(say):
    code, lines, _ = say("show", *AT)

    assert code == 0
    assert lines == ["rota: duty-1 until 2030-01-07T08:00:00.000Z, then duty-2", "no overrides"]


def test_a_plan_without_schedules_is_said_to_have_none(tmp_path, capsys, say):
    path = tmp_path / "flat.yaml"
    path.write_text(plan(), encoding="utf-8")

    assert main(["on-call", "show", "--table", "BrandsTable", "--plan", str(path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "the plan has no schedules: its ladders name people and roles",
        "no overrides",
    ]


def test_an_override_is_made_shown_and_cancelled_and_says_by_whom(say):
    code, (made,), _ = say("take", "--person", "lead-1", "--schedule", "rota", *SPAN)
    override_id = made.split()[0]
    shown = say("show", *AT)[1]
    cancelled = say("cancel", override_id)[1]

    assert code == 0
    assert "take lead-1 in rota" in made
    assert "by lead-1 at" in made
    assert shown[0] == "rota: lead-1 until 2030-01-07T00:00:00.000Z, then duty-1"
    assert shown[1] == made
    assert "; cancelled by lead-1 at" in cancelled[0]
    assert say("show", *AT)[1][0].startswith("rota: duty-1")


@pytest.mark.parametrize(
    "arguments",
    [
        ["swap", "--person", "duty-1", "--other", "duty-2", *SPAN],
        ["add", "--person", "lead-1", "--schedule", "rota", *SPAN],
        ["mute", "--person", "duty-1", *SPAN],
    ],
)
def test_swap_add_and_mute_are_made_too(say, arguments):
    code, (made,), _ = say(*arguments)

    assert code == 0
    assert made.split()[1:3] == [arguments[0], arguments[2]]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["take", "--person", "nobody", "--schedule", "rota", *SPAN], "one of the plan's people"),
        (["mute", "--person", "duty-1", "--to", "tomorrow"], "--to is 'tomorrow'"),
        (["cancel", "no-such"], "no override"),
        (["show", "--at", "noon"], "--at is 'noon'"),
    ],
)
def test_what_cannot_be_done_ends_with_1_and_says_why(say, arguments, says):
    code, lines, complaint = say(*arguments)

    assert (code, lines) == (1, [])
    assert says in complaint


def test_a_plan_that_cannot_be_read_is_told(say, tmp_path):
    (tmp_path / "plan.yaml").write_text(yaml.safe_dump({"brands": []}), encoding="utf-8")

    code, _, complaint = say("show")

    assert code == 1
    assert "plan.yaml" in complaint
