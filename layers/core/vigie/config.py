"""Each function's environment, typed: a missing name fails the cold start and says which."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self


class MissingSetting(Exception):
    """An environment variable that the template must set is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settings:
    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Every field is the variable of the same name in capitals; none has a default."""
        names = {field.name: field.name.upper() for field in fields(cls)}
        missing = sorted(name for name in names.values() if not env.get(name))
        if missing:
            raise MissingSetting(
                f"{cls.__name__}: not set or empty: {', '.join(missing)}; "
                "template.yaml sets them, events/env.json has values for a local run"
            )
        return cls(**{field: env[name] for field, name in names.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestPollConfig(_Settings):
    """ingest_poll: `x_bearer_token_parameter` is the NAME of an SSM SecureString."""

    plan_path: str
    mentions_queue_url: str
    urgent_queue_url: str
    mentions_dead_letters_url: str
    polls_queue_url: str
    polls_dead_letters_url: str
    brands_table: str
    x_bearer_token_parameter: str
    x_base_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestWebhookConfig(_Settings):
    """ingest_webhook: `x_consumer_secret_parameter` is the NAME of an SSM SecureString."""

    plan_path: str
    mentions_queue_url: str
    urgent_queue_url: str
    mentions_dead_letters_url: str
    classified_queue_url: str
    brands_table: str
    x_consumer_secret_parameter: str
    powertools_service_name: str
    powertools_metrics_namespace: str
    log_level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifyConfig(_Settings):
    """classify."""

    plan_path: str
    mentions_queue_url: str
    urgent_queue_url: str
    mentions_dead_letters_url: str
    urgent_dead_letters_url: str
    classified_queue_url: str
    urgent_classified_queue_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageConfig(_Settings):
    """triage."""

    plan_path: str
    classified_queue_url: str
    urgent_classified_queue_url: str
    classified_dead_letters_url: str
    urgent_classified_dead_letters_url: str
    escalations_queue_url: str
    mentions_table: str
    incidents_table: str
    brands_table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalateConfig(_Settings):
    """escalate: `public_url` is where the acknowledge links point, without a final slash."""

    escalations_queue_url: str
    escalations_dead_letters_url: str
    incidents_table: str
    brands_table: str
    alerts_topic_arn: str
    public_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiConfig(_Settings):
    """api."""

    plan_path: str
    mentions_table: str
    incidents_table: str
    brands_table: str
    classified_queue_url: str
    escalations_queue_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshConfig(_Settings):
    """refresh: `x_bearer_token_parameter` as for ingest_poll."""

    plan_path: str
    mentions_queue_url: str
    urgent_queue_url: str
    classified_queue_url: str
    mentions_dead_letters_url: str
    urgent_dead_letters_url: str
    classified_dead_letters_url: str
    urgent_classified_dead_letters_url: str
    mentions_table: str
    brands_table: str
    x_bearer_token_parameter: str
    x_base_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchConfig(_Settings):
    """watch: `alerts_topic_arn` to see who is subscribed; it publishes nothing."""

    alerts_topic_arn: str
    plan_path: str
    incidents_table: str
    brands_table: str
    escalations_queue_url: str
    classified_queue_url: str
