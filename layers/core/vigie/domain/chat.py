"""A page as a chat message: the custom notification of Amazon Q Developer in chat applications.

The same document for Slack and for Microsoft Teams; SNS hands it to the service by https.
https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
"""

import json
from collections.abc import Sequence

CHAT = "chat"
VERSION, SOURCE = "1.0", "custom"
# AWS states no limit of length. A Slack header block takes 150 characters, a section 3,000: no
# text of ours may depend on how the service cuts a longer one.
TITLE_CHARACTERS, TEXT_CHARACTERS = 150, 3000


def notification(
    *,
    title: str,
    text: str,
    steps: Sequence[str] = (),
    thread: str = "",
    summary: str = "",
    event: str,
) -> str:
    """JSON of version 1.0. Messages with the same `thread` stand together in the channel, where
    its preferences allow threads."""
    content = {
        "textType": "client-markdown",
        "title": _cut(title, TITLE_CHARACTERS),
        "description": _cut(text, TEXT_CHARACTERS),
        "nextSteps": list(steps),
    }
    metadata = {"threadId": thread, "summary": _cut(summary, TITLE_CHARACTERS), "eventType": event}
    return json.dumps(
        {
            "version": VERSION,
            "source": SOURCE,
            "content": {name: value for name, value in content.items() if value},
            "metadata": {name: value for name, value in metadata.items() if value},
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def unmarked(text: str) -> str:
    """The text without what Slack or Teams would take for markup: a brand's name may hold any."""
    return text.translate({ord(c): " " for c in "*_~`<>[]|"}).replace("&", "+")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
