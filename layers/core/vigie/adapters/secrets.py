"""SSM: a secret by its name, kept for a few minutes."""

from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from vigie.errors import Unavailable

# A rotated token is taken up after so long, without a deployment.
KEPT_FOR = timedelta(minutes=5)


class SsmSecret:
    """One SecureString."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name
        self._value = ""
        self._read_at: datetime | None = None

    def value(self, now: datetime, kept_for: timedelta = KEPT_FOR) -> str:
        """The value as it was at most `kept_for` ago.

        Raises `Unavailable` when it cannot be read, the parameter missing included.
        """
        if self._read_at is None or not timedelta(0) <= now - self._read_at < kept_for:
            self._value = self._fetched()
            self._read_at = now
        return self._value

    def _fetched(self) -> str:
        try:
            answer = self._client.get_parameter(Name=self._name, WithDecryption=True)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            raise Unavailable(f"the secret parameter could not be read: {code}") from error
        except BotoCoreError as error:
            raise Unavailable(
                f"the secret parameter could not be read: {type(error).__name__}"
            ) from error
        return str(answer["Parameter"]["Value"]).strip()
