import re
import tomllib

import pytest

from tests.template.reading import ROOT, SOURCE

CONFIG = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
PROFILES = ["default", "production"]


def overrides(profile):
    pairs = CONFIG[profile]["deploy"]["parameters"]["parameter_overrides"]
    return dict(pair.split("=", 1) for pair in pairs)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_sets_parameters_that_the_template_has_to_values_that_it_allows(profile):
    for name, value in overrides(profile).items():
        parameter = SOURCE["Parameters"][name]
        allowed = [str(it) for it in parameter.get("AllowedValues", [value])]

        assert value in allowed
        assert re.fullmatch(parameter.get("AllowedPattern", ".*"), value)


def test_two_stacks_in_one_account_do_not_share_their_metrics():
    namespaces = {overrides(profile)["MetricsNamespace"] for profile in PROFILES}
    stacks = {CONFIG[profile]["global"]["parameters"]["stack_name"] for profile in PROFILES}

    assert len(namespaces) == len(stacks) == len(PROFILES)


def test_production_s_tables_cannot_be_deleted_by_mistake():
    assert overrides("production")["DeletionProtection"] == "true"
    assert CONFIG["production"]["deploy"]["parameters"]["confirm_changeset"] is True


@pytest.mark.parametrize("profile", PROFILES)
def test_no_profile_needs_more_than_roles_without_names(profile):
    assert CONFIG[profile]["deploy"]["parameters"]["capabilities"] == "CAPABILITY_IAM"
