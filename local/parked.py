"""Dead letters of a stack that `make run` keeps up: the same commands as on AWS, without names."""

import sys
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError

from vigie.admin.dead_letters import Letter, letter, letters, listed, redrive, told
from vigie.errors import NotFound, Rejected


def command(action: str, aws_port: int, queue: str | None, message_id: str | None) -> int:
    """List, show or redrive; the exit status. `queue` is part of a name, such as `Mentions`."""
    client = boto3.client(
        "sqs",
        endpoint_url=f"http://127.0.0.1:{aws_port}",
        region_name="eu-west-3",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    try:
        urls = _dead_letter_queues(client, queue)
    except BotoCoreError:
        print(
            f"nothing answers on 127.0.0.1:{aws_port}: start the stack with `make run` first",
            file=sys.stderr,
        )
        return 2
    if not urls:
        raise Rejected(f"no dead-letter queue has {queue!r} in its name", field="queue")
    if action == "show":
        print(told(_find(client, urls, message_id)))
        return 0
    if action == "redrive" and message_id:
        url, one = _place(client, urls, message_id)
        print(f"{_name(url)}: {redrive(client, url, ids=[one.id])} sent back")
        return 0
    for url in urls:
        name = _name(url)
        if action == "redrive":
            print(f"{name}: {redrive(client, url)} sent back")
            continue
        found = letters(client, url)
        print(f"{name}: {len(found)}")
        for one in found:
            print(f"  {listed(one)}")
    return 0


def _dead_letter_queues(client: Any, part: str | None) -> list[str]:
    urls = client.list_queues().get("QueueUrls", [])
    wanted = (part or "").casefold()
    return sorted(url for url in urls if "DeadLetters" in url and wanted in _name(url).casefold())


def _find(client: Any, urls: list[str], message_id: str | None) -> Letter:
    if not message_id:
        raise Rejected("say which message with --id (see list)", field="id")
    return _place(client, urls, message_id)[1]


def _place(client: Any, urls: list[str], message_id: str) -> tuple[str, Letter]:
    """The letter whose id begins so, and the queue that holds it."""
    for url in urls:
        try:
            return url, letter(client, url, message_id)
        except NotFound:
            continue
    raise NotFound(f"no dead letter has an id that begins with {message_id!r}", field="id")


def _name(url: str) -> str:
    return url.rsplit("/", 1)[-1]
