"""moto with our queues, transactions, clock and dispatch in its place, holding the stack."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from threading import RLock

import boto3
from moto import mock_aws
from moto.moto_api._internal import mock_random

from local.clock import Clock, moto_follows
from local.cloud import create
from local.dispatch import direct_dispatch
from local.queues import fast_queues
from local.session import CachingSession
from local.tables import fast_tables
from local.template import Stack
from local.transactions import fast_transactions

# They would lead boto3 past the emulator, or to somebody's account.
HOST_VARIABLES = ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN")


@contextmanager
def emulated(
    stack: Stack, clock: Clock, lock: RLock, seed: int, secrets: Mapping[str, str]
) -> Iterator[None]:
    """Every boto3 client in this process speaks to the stack, empty at first, until the end."""
    with ExitStack() as exits:
        exits.enter_context(_without_host_variables())
        exits.enter_context(fast_queues())
        exits.enter_context(fast_tables())
        exits.enter_context(fast_transactions())
        exits.enter_context(moto_follows(clock))
        exits.enter_context(direct_dispatch(lock))
        exits.enter_context(mock_aws())
        mock_random.seed(seed)
        boto3.DEFAULT_SESSION = session = CachingSession(region_name=stack.place.region)
        create(stack, session)
        for name, value in secrets.items():
            session.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString")
        yield


@contextmanager
def _without_host_variables() -> Iterator[None]:
    kept = {name: os.environ.pop(name) for name in HOST_VARIABLES if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)
