"""SNS: one page, handed to the Alerts topic once."""

import json
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from vigie.domain.page import Message
from vigie.errors import Rejected, Unavailable

# No retries by the SDK: between the read of the desk and the publish no more than a second may
# pass, so each try needs a read of its own.
PAGER_CONFIG = Config(
    connect_timeout=1,
    read_timeout=3,
    retries={"mode": "standard", "total_max_attempts": 1},
)

# What SNS answers to a message that it will never take (Publish, API reference). All other
# errors, missing permissions included, may be gone in a minute.
_REFUSALS = frozenset({"InvalidParameter", "InvalidParameterValue", "ParameterValueInvalid"})


class SnsPager:
    """`Pager` over one topic; the client must have been built with `PAGER_CONFIG`."""

    def __init__(self, client: Any, topic_arn: str) -> None:
        self._client = client
        self._topic_arn = topic_arn

    def publish(self, message: Message) -> str:
        """See `Pager.publish`."""
        attributes = dict(message.attributes)
        if attributes.get("channel") == "sms":
            # Sooner and with higher priority than SNS's default, whatever the account's default.
            attributes["AWS.SNS.SMS.SMSType"] = "Transactional"
        try:
            answer = self._client.publish(
                TopicArn=self._topic_arn,
                Subject=message.subject,
                MessageStructure="json",
                Message=json.dumps(
                    {
                        "default": message.sms,
                        "sms": message.sms,
                        "email": message.mail,
                        "http": message.chat or message.data,
                        "https": message.chat or message.data,
                        "sqs": message.data,
                        "lambda": message.data,
                    }
                ),
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value}
                    for name, value in attributes.items()
                    if value  # SNS refuses a message with an empty one
                },
            )
            return str(answer["MessageId"])
        except ParamValidationError as error:
            raise Rejected("the SDK refused a page", field="message") from error
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _REFUSALS:
                raise Rejected(f"SNS refused a page: {code}", field="message") from error
            raise Unavailable(f"SNS did not take a page: {code}") from error
        except BotoCoreError as error:
            raise Unavailable(f"SNS did not answer: {type(error).__name__}") from error
