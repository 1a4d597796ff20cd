"""X API v2 through tweepy: one page at a time, and X's refusals as ours.

Importing this module imports tweepy, which costs about as much as boto3: handlers do it when they
build their parts.
"""

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import tweepy

from vigie.domain.compliance import Job
from vigie.domain.x_walk import Feed, Via
from vigie.errors import BudgetExhausted, RateLimited, Rejected, Unavailable

# Connect, and between two bytes of the answer, in seconds. tweepy itself sets none, and a silent
# server would hang until the function is killed.
TIMEOUT = (3.05, 8.0)
UPLOAD_TIMEOUT = (3.05, 30.0)
PAGE_SIZE = 100
# The one place where the request's spelling stands. X is renaming `tweet` to `post`; answers are
# read in both spellings. Expanding more than the author costs a post read for each reference.
FIELDS: Mapping[str, list[str]] = {
    "tweet_fields": [
        "author_id",
        "created_at",
        "edit_history_tweet_ids",
        "entities",
        "in_reply_to_user_id",
        "lang",
        "note_tweet",
        "possibly_sensitive",
        "public_metrics",
        "referenced_tweets",
        "withheld",
    ],
    "expansions": ["author_id"],
    "user_fields": ["created_at", "public_metrics", "username"],
}

# X's windows last 15 minutes; a header that says otherwise is not believed.
LONGEST_WINDOW = timedelta(minutes=16)
WITHOUT_HEADER = timedelta(minutes=1)

_BUDGET_TYPES = {
    "credits": "X answers that the credits are used up",
    "usage-capped": "X answers that the usage cap is reached",
}
_BUDGET_TITLES = {"CreditsDepleted": "credits", "UsageCapExceeded": "usage-capped"}
_SLUG = re.compile(r"[a-z-]{1,40}")

# At DEBUG tweepy logs the Authorization header and whole bodies, whatever our own level is.
logging.getLogger("tweepy").setLevel(logging.INFO)


class XTimelines:
    """`Timelines` over the X API. `bearer` gives the app's token, and is asked for each page."""

    def __init__(self, bearer: Callable[[], str], base_url: str) -> None:
        self._bearer = bearer
        self._client = _Client(base_url.rstrip("/"))

    def page(
        self, feed: Feed, *, since_id: int, token: str, now: datetime, until_id: int = 0
    ) -> Mapping[str, Any]:
        """See `Timelines.page`."""
        client = self._client
        client.bearer_token = self._bearer()
        options: dict[str, Any] = {"max_results": PAGE_SIZE, **FIELDS}
        if since_id:
            options["since_id"] = str(since_id)
        if until_id:
            options["until_id"] = str(until_id)
        if feed.via is Via.MENTIONS:
            if token:
                options["pagination_token"] = token
            return _answer(lambda: client.get_users_mentions(feed.subject, **options), now)
        if token:
            options["next_token"] = token
        return _answer(lambda: client.search_recent_tweets(feed.subject, **options), now)

    def close(self) -> None:
        """Give the connections back."""
        self._client.session.close()


class XPosts:
    """`Posts` and `ComplianceJobs` over the X API; `bearer` as in `XTimelines`."""

    def __init__(self, bearer: Callable[[], str], base_url: str) -> None:
        self._bearer = bearer
        self._client = _Client(base_url.rstrip("/"))

    def look_up(self, ids: Sequence[str], *, authors: bool, now: datetime) -> Mapping[str, Any]:
        """See `Posts.look_up`."""
        fields = dict(FIELDS) if authors else {"tweet_fields": FIELDS["tweet_fields"]}
        return self._asked(lambda client: client.get_tweets(list(ids), **fields), now)

    def create(self, name: str, now: datetime) -> Job:
        """See `ComplianceJobs.create`."""
        answer = self._asked(lambda c: c.create_compliance_job("tweets", name=name), now)
        return _job(answer)

    def read(self, job_id: str, now: datetime) -> Job:
        """See `ComplianceJobs.read`."""
        return _job(self._asked(lambda client: client.get_compliance_job(job_id), now))

    def upload(self, job: Job, ids: Sequence[str], now: datetime) -> None:
        """See `ComplianceJobs.upload`. The address is X's storage: it takes no token of ours."""
        try:
            response = requests.put(
                job.upload_url,
                data="\n".join(ids).encode("ascii"),
                headers={"Content-Type": "text/plain"},
                timeout=UPLOAD_TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise Unavailable(f"X did not take the list: {type(error).__name__}") from error
        if response.status_code >= 300:
            raise _translated(response, now)

    def gone(self, job: Job, now: datetime) -> Iterator[str]:
        """See `ComplianceJobs.gone`."""
        try:
            with requests.get(
                job.download_url, timeout=UPLOAD_TIMEOUT, stream=True, allow_redirects=False
            ) as response:
                if response.status_code != 200:
                    raise _translated(response, now)
                for line in response.iter_lines():
                    if line.strip():
                        yield from _to_delete(line)
        except requests.RequestException as error:
            raise Unavailable(f"X did not give the result: {type(error).__name__}") from error

    def close(self) -> None:
        """Give the connections back."""
        self._client.session.close()

    def _asked(self, call: Callable[["_Client"], Any], now: datetime) -> Mapping[str, Any]:
        self._client.bearer_token = self._bearer()
        return _answer(lambda: call(self._client), now)


class SetupX:
    """`XApp` over the X API: calls that tweepy does not know, and X's own words when it refuses.

    `account` holds consumer key and secret, access token and its secret (OAuth 1.0a), or nothing.
    """

    def __init__(
        self, bearer: Callable[[], str], base_url: str, account: tuple[str, ...] = ()
    ) -> None:
        self._bearer = bearer
        self._client = _Client(base_url.rstrip("/"))
        self._account = tweepy.OAuth1UserHandler(*account).apply_auth() if account else None

    def call(
        self,
        method: str,
        route: str,
        now: datetime,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        as_account: bool = False,
    ) -> Mapping[str, Any]:
        """See `XApp.call`."""
        client = self._client
        client.bearer_token = self._bearer()
        client.session.auth = self._account if as_account else None

        def ask() -> Any:
            try:
                return client.request(method, route, params=params, json=body).json()
            except _Refused as refused:
                if 200 < refused.response.status_code < 300:  # 201 of what was made
                    return refused.response.json()
                raise

        try:
            return _answer(ask, now)
        except Rejected as rejected:
            said = rejected.__context__
            detail = _told(said.response) if isinstance(said, _Refused) else ""
            raise Rejected(
                f"{method} {route}: {rejected.reason}{detail}", field=rejected.field
            ) from None

    def close(self) -> None:
        """Give the connections back."""
        self._client.session.close()


def _job(answer: Mapping[str, Any]) -> Job:
    data = answer.get("data")
    names = ("id", "upload_url", "download_url", "status")
    if not isinstance(data, dict) or not all(isinstance(data.get(n), str) for n in names):
        raise Unavailable("X's answer about a compliance job cannot be read")
    return Job(**{name: data[name] for name in names})


def _to_delete(line: bytes) -> Iterator[str]:
    """Ids of a result's line; other actions than `delete` concern what Vigie does not keep."""
    try:
        data = json.loads(line)
        if data["action"] == "delete" and str(data["id"]).isdecimal():
            yield str(data["id"])
    except (ValueError, KeyError, TypeError) as error:
        raise Unavailable("a line of X's compliance result cannot be read") from error


class _Refused(Exception):
    """Any status but 200, before it is told apart."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__(response.status_code)
        self.response = response


class _Client(tweepy.Client):  # type: ignore[misc]
    """tweepy's Client with a base URL and a timeout; it neither sleeps nor retries."""

    def __init__(self, base_url: str) -> None:
        super().__init__(return_type=dict, wait_on_rate_limit=False)
        self.base_url = base_url

    def request(
        self,
        method: str,
        route: str,
        params: Any = None,
        json: Any = None,
        user_auth: bool = False,
    ) -> requests.Response:
        response: requests.Response = self.session.request(
            method,
            self.base_url + route,
            params=params,
            json=json,
            headers={
                "User-Agent": self.user_agent,
                "Authorization": f"Bearer {self.bearer_token}",
            },
            timeout=TIMEOUT,
            allow_redirects=False,
        )
        if response.status_code != 200:
            raise _Refused(response)
        return response


def _answer(call: Callable[[], Any], now: datetime) -> Mapping[str, Any]:
    try:
        answer = call()
    except _Refused as refused:
        raise _translated(refused.response, now) from None
    except requests.RequestException as error:
        raise Unavailable(f"X did not answer: {type(error).__name__}") from error
    except (ValueError, RecursionError) as error:
        raise Unavailable(f"X's answer is not JSON: {type(error).__name__}") from error
    if not isinstance(answer, dict):
        raise Unavailable("X's answer is not a JSON object")
    return answer


def _translated(response: requests.Response, now: datetime) -> Exception:
    status, problem = response.status_code, _problem(response)
    kind = _kind(problem)
    if kind in _BUDGET_TYPES or status == 402:
        return BudgetExhausted(f"{_BUDGET_TYPES.get(kind, 'X asks for payment')} ({status})")
    if status == 429:
        until = _reset(response, now)
        return RateLimited(f"X's rate limit is reached until {until:%H:%M:%S} UTC", until)
    if status < 400 or status == 408 or status >= 500:
        return Unavailable(f"X answered {status}")
    said = f"X refuses the request: {status}{f' {kind}' if kind else ''}"
    if status == 400:
        field = _parameter(problem)
        return Rejected(f"{said}{f', parameter {field}' if field else ''}", field=field)
    mend = {
        401: "; put a valid bearer token into the parameter",
        403: "; the app's access level does not allow it, or the account is protected",
        404: "; there is no such account",
    }
    return Rejected(said + mend.get(status, ""), field="authorization" if status == 401 else "")


def _problem(response: requests.Response) -> Mapping[str, Any]:
    """The body of a refusal, where it is a problem in JSON (RFC 9457)."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _told(response: requests.Response) -> str:
    """X's own reason, for the people who set it up."""
    problem = _problem(response)
    errors = problem.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    said = problem.get("detail") or (first.get("message") if isinstance(first, dict) else "")
    return f". X says: {said[:300]}" if isinstance(said, str) and said else ""


def _kind(problem: Mapping[str, Any]) -> str:
    """The last segment of the problem's type: its host is api.twitter.com or api.x.com."""
    slug = str(problem.get("type", "")).rstrip("/").rsplit("/", 1)[-1]
    if slug not in _BUDGET_TYPES:
        slug = _BUDGET_TITLES.get(str(problem.get("title")), slug)
    return slug if _SLUG.fullmatch(slug) else ""


def _parameter(problem: Mapping[str, Any]) -> str:
    """Which of the walk's own parameters X refuses, if it says so."""
    said = f"{problem.get('detail')} {problem.get('errors')}"
    if "since_id" in said:
        return "since_id"
    return "next_token" if "next_token" in said or "pagination_token" in said else ""


def _reset(response: requests.Response, now: datetime) -> datetime:
    header = response.headers.get("x-rate-limit-reset", "")
    if not header.isascii() or not header.isdigit() or len(header) > 11:
        return now + WITHOUT_HEADER
    reset = datetime.fromtimestamp(int(header), UTC)
    return min(max(reset, now + timedelta(seconds=1)), now + LONGEST_WINDOW)
