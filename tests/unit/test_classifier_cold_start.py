import pytest

from functions.classify import app
from tests.builders import a_plan
from vigie.classifier import BadWeights, model
from vigie.domain.plan import Brand, plan_to_json

QUEUES = (
    "MENTIONS_QUEUE_URL",
    "URGENT_QUEUE_URL",
    "MENTIONS_DEAD_LETTERS_URL",
    "URGENT_DEAD_LETTERS_URL",
    "CLASSIFIED_QUEUE_URL",
    "URGENT_CLASSIFIED_QUEUE_URL",
)


class Context:
    function_name = "classify"
    memory_limit_in_mb = 128
    invoked_function_arn = "arn:aws:lambda:eu-west-3:123456789012:function:classify"
    aws_request_id = "1"


def test_with_wrong_weights_the_function_fails_and_takes_no_message(monkeypatch, tmp_path):
    for name in QUEUES:
        monkeypatch.setenv(name, f"https://sqs.test/1/{name}")
    (tmp_path / "heads.bin").write_bytes(b"{}\n")
    (tmp_path / "heads.sha256").write_text("0" * 64 + "  heads.bin\n")
    monkeypatch.setattr(app, "shipped", lambda: model.read_weights(tmp_path))
    monkeypatch.setenv("PLAN_PATH", str(tmp_path / "plan.json"))
    app.parts.cache_clear()

    with (
        pytest.warns(UserWarning, match="No application metrics"),
        pytest.raises(BadWeights, match="not what training wrote"),
    ):
        app.handler({"Records": []}, Context())

    app.parts.cache_clear()


def test_with_a_policy_of_another_release_the_function_fails_and_takes_no_message(
    monkeypatch, tmp_path
):
    for name in QUEUES:
        monkeypatch.setenv(name, f"https://sqs.test/1/{name}")
    plan = a_plan(brands=(Brand(id="acme", name="Acme", policy={"affair_next_year": 1.4}),))
    (tmp_path / "plan.json").write_text(plan_to_json(plan), encoding="utf-8")
    monkeypatch.setenv("PLAN_PATH", str(tmp_path / "plan.json"))
    app.parts.cache_clear()

    with (
        pytest.warns(UserWarning, match="No application metrics"),
        pytest.raises(ValueError, match="policy of brand acme: no such head"),
    ):
        app.handler({"Records": []}, Context())

    app.parts.cache_clear()
