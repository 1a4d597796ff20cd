"""Adapters on moto: one client, the tables of the template."""

import boto3
import pytest
from moto import mock_aws

from tests.tables import create_tables


@pytest.fixture
def dynamodb():
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-west-3")
        create_tables(client)
        yield client
