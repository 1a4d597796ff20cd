"""Adapters on moto: one client, the tables of the template."""

import boto3
import pytest
from moto import mock_aws

from tests.contract.incident_worlds import DynamoWorld, FakeWorld
from tests.tables import create_tables


@pytest.fixture
def dynamodb():
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-west-3")
        create_tables(client)
        yield client


@pytest.fixture(params=["fake", "dynamodb"])
def world(request):
    """The incident ports; a module with a `world` of its own overrides this one."""
    if request.param == "fake":
        return FakeWorld()
    return DynamoWorld(request.getfixturevalue("dynamodb"))
