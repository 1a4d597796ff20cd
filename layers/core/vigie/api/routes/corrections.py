"""What people say of a post's labels."""

from aws_lambda_powertools import single_metric
from aws_lambda_powertools.metrics import MetricUnit

from vigie.api.decisions import Corrected, LabelsSaid, corrected_of
from vigie.api.routing import Routes
from vigie.domain.correction import Correction
from vigie.services.corrections import correct

router = Routes()


@router.post(
    "/incidents/<id>/mentions/<mention>/labels",
    summary="Correct the labels of a post",
    tags=["decisions"],
)
def correct_labels(id: str, mention: str, said: LabelsSaid) -> Corrected:
    """Kept with who and when, for training; the post and the incident stay as they are.

    `mention` is the post's first id, or that of the version which is shown. The same again changes
    nothing and says who said it first.
    """
    p = router.parts
    kept = correct(
        p.desks,
        p.dossiers,
        p.corrections,
        id,
        mention,
        urgency=said.urgency,
        kind=said.kind,
        sentiment=said.sentiment,
        act=router.act(),
    )
    if kept.changed:
        _count(kept.correction)
    return corrected_of(kept.correction)


def _count(correction: Correction) -> None:
    """One metric a label: where the classifier was right and where not, cell by cell."""
    for label, said, corrected in correction.cells():
        with single_metric(name="LabelsCorrected", unit=MetricUnit.Count, value=1) as metric:
            metric.add_dimension(name="label", value=label)
            metric.add_dimension(name="said", value=said)
            metric.add_dimension(name="corrected", value=corrected)
