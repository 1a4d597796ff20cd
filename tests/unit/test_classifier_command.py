import json
import subprocess
import sys

import pytest

COMMAND = [sys.executable, "-m", "vigie.classifier"]
KEYS = ["urgency", "kind", "sentiment", "scores", "kind_scores", "sentiment_scores", "reasons"]


def run(given, **environment):
    return subprocess.run(COMMAND, input=given, capture_output=True, env=environment, check=False)


def test_each_line_is_answered_with_the_same_keys():
    posts = [
        {"text": "Plus d'internet depuis ce matin", "lang": "fr"},
        {"text": "thanks \ud83d"},
        {"text": "", "lang": None},
    ]

    done = run("".join(json.dumps(post) + "\n" for post in posts).encode())

    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert [answer["urgency"] for answer in answers] == ["high", "low", "low"]
    assert all(list(answer) == KEYS for answer in answers)
    assert all(set(answer["scores"]) == {"critical", "high", "medium", "low"} for answer in answers)
    assert list(answers[0]["reasons"][0]) == ["rule", "label", "says", "weight", "words"]


def test_input_and_output_are_utf_8_whatever_the_locale():
    post = json.dumps({"text": "bloqués à l'étage, électricité coupée"}, ensure_ascii=False)

    done = run(post.encode(), LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["kind"] == "outage"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: not JSON"),
        ("[]", "line 2: a list; expected an object"),
        ('{"lang": "fr"}', "line 2: field `text`: missing; expected a string"),
        ('{"text": 1}', "line 2: field `text`: a number; expected a string"),
        ('{"text": "a", "lang": []}', "line 2: field `lang`: a list; expected a string"),
        ("9" * 5_000, "line 2: not JSON that can be read"),
    ],
)
def test_a_line_that_cannot_be_read_ends_the_run_after_the_answers_before(line, message):
    done = run(f'{{"text": "ok"}}\n{line}\n{{"text": "never"}}\n'.encode())

    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr.decode().startswith(message)


def test_a_line_is_answered_before_the_next_is_written():
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for _ in range(2):
            process.stdin.write(b'{"text": "gas leak here"}\n')
            process.stdin.flush()

            assert json.loads(process.stdout.readline())["urgency"] == "critical"
