from threading import Thread

import pytest

from local.__main__ import main
from local.aws_port import serve_aws
from local.snapshot import Snapshot
from tests.builders import NOON
from tests.e2e.posts import CHAT, a_page, a_post, feed


@pytest.fixture
def port():
    server = serve_aws(port=0)
    serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    yield server.server_port
    server.shutdown()
    serving.join()
    server.server_close()


def test_a_stack_that_is_up_erases_a_post_from_another_terminal(stack, port, capsys):
    posts = [a_post(NOON, CHAT, author="777000777") for _ in range(2)] + [a_post(NOON, CHAT)]
    with stack() as cloud:
        feed(cloud, a_page(*posts))
        cloud.advance(seconds=5)

        by_post = main(["erase", "--post", posts[0]["id"], "--yes", "--aws-port", str(port)])
        cloud.advance(seconds=5)
        by_author = main(["erase", "--author", "777000777", "--yes", "--aws-port", str(port)])
        cloud.advance(seconds=5)

        assert (by_post, by_author) == (0, 0)
        assert [m.mention.post_id for m in Snapshot(cloud).mentions] == [posts[2]["id"]]
        assert "told triage to erase 1 mention(s) (acme: 1)" in capsys.readouterr().out


def test_where_nothing_is_up_it_says_so(port, capsys):
    assert main(["erase", "--post", "1", "--aws-port", "9"]) == 2

    assert "make run" in capsys.readouterr().err
