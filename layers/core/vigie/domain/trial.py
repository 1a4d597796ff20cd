"""A test page: that somebody is reached by a channel, told so that nobody takes it for a crisis."""

import json
from datetime import datetime

from vigie.domain.chat import CHAT, notification
from vigie.domain.gsm import fold
from vigie.domain.instants import to_iso
from vigie.domain.page import PAGE_VERSION, Message
from vigie.domain.people import Person

_SUBJECT = {
    "en": "TEST: a test page of Vigie, nothing to do",
    "fr": "TEST : un appel d'essai de Vigie, rien a faire",
}
_SMS = {
    "en": "TEST of Vigie for {person}, {time} UTC. No crisis, nothing to acknowledge. "
    "Did it ring in silent mode? If not, see the guide.",
    "fr": "TEST de Vigie pour {person}, {time} UTC. Pas une crise, rien à faire. "
    "A-t-il sonné en mode silence ? Sinon, voir le guide.",
}
_MAIL = {
    "en": """\
TEST. This is a test page of Vigie for {person}, sent at {time} UTC.

There is no crisis and nothing to acknowledge. A real page looks like this one, without the word
TEST, and has a link to acknowledge.

What to do:
1. Did it reach you where you would see it at night? If it went to spam, allow the sender.
2. Do not follow the unsubscribe link below: you would get no page by mail any more.
3. Tell whoever runs Vigie that it arrived: SNS cannot tell for mail.
""",
    "fr": """\
TEST. Ceci est un appel d'essai de Vigie pour {person}, envoyé à {time} UTC.

Il n'y a pas de crise, et rien à prendre en charge. Un vrai appel ressemble à celui-ci, sans le mot
TEST, avec un lien pour prendre en charge.

Que faire :
1. L'avez-vous reçu là où vous le verriez la nuit ? S'il est dans les indésirables, autorisez
   l'expéditeur.
2. Ne suivez pas le lien de désinscription ci-dessous : plus aucun appel ne vous viendrait par mail.
3. Dites à qui exploite Vigie qu'il est arrivé : SNS ne peut pas le savoir pour le mail.
""",
}


def trial(person: Person, channel: str, at: datetime) -> Message:
    """The test page of `person` by `channel`, with the attributes that its filter asks for."""
    language = "fr" if person.language.lower().startswith("fr") else "en"
    facts = {"person": person.id, "time": f"{at:%Y-%m-%d %H:%M}"}
    text = _MAIL[language].format(**facts)
    chat = notification(
        title=_SUBJECT[language],
        text=text.partition("\n")[0],
        thread="vigie-test",
        event="test",
    )
    return Message(
        subject=_SUBJECT[language],
        sms=fold(_SMS[language].format(person=person.id, time=f"{at:%H:%M}")),
        mail=text,
        data=json.dumps(
            {
                "version": PAGE_VERSION,
                "type": "test",
                "audience": person.id,
                "role": person.role,
                "channel": channel,
                "paged_at": to_iso(at),
            },
            separators=(",", ":"),
        ),
        chat=chat if channel == CHAT else "",
        attributes={
            "type": "test",
            "audience": person.id,
            "role": person.role,
            "channel": channel,
        },
    )
