"""How long people took: the metric of an acknowledgement."""

from aws_lambda_powertools import single_metric
from aws_lambda_powertools.metrics import MetricUnit

from vigie.services.desk import Decision


def count_acknowledgement(decision: Decision) -> None:
    """From the opening to the word that ended the paging; nothing for a word that did not."""
    taken_at, ladder_ended = decision.desk.acknowledged_at, decision.ended_paging
    if taken_at is None or not ladder_ended:
        return
    waited = (taken_at - decision.tally.opened_at).total_seconds()
    with single_metric(name="TimeToAcknowledge", unit=MetricUnit.Seconds, value=max(0.0, waited)):
        pass
