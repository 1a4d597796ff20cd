"""The part of the stub of X that tells what became of posts: look-ups by id, and compliance jobs.

https://docs.x.com/x-api/posts/lookup, https://docs.x.com/x-api/compliance/batch-compliance
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from vigie.domain.instants import to_iso

PROBLEMS = "https://api.twitter.com/2/problems/"
# What X calls a post that is gone: our word → (its problem, its title, its reason in a job).
GONE = {
    "deleted": ("resource-not-found", "Not Found Error", "deleted"),
    "protected": ("not-authorized-for-resource", "Authorization Error", "protected"),
}
UPLOAD_EXPIRES = timedelta(minutes=15)
# How long a job works after its upload.
WORKS = timedelta(minutes=3)

Answer = tuple[int, dict[str, Any] | str]


@dataclass
class FakeJob:
    """A compliance job as X holds it."""

    id: str
    created_at: datetime
    ids: list[str] | None = None
    uploaded_at: datetime | None = None
    fails: bool = False

    def status(self, now: datetime) -> str:
        if self.uploaded_at is None:
            return "expired" if now - self.created_at > UPLOAD_EXPIRES else "created"
        if now - self.uploaded_at < WORKS:
            return "in_progress"
        return "failed" if self.fails else "complete"


@dataclass
class Upkeep:
    """`gone` says of ids whether they are `deleted` or `protected`; `refused` makes X answer 403
    to compliance jobs."""

    clock: Callable[[], datetime]
    raw_posts: Callable[[], Iterable[tuple[Mapping[str, Any], Mapping[str, Any] | None]]]
    base: str = "http://127.0.0.1"
    gone: dict[str, str] = field(default_factory=dict)
    jobs: dict[str, FakeJob] = field(default_factory=dict)
    refused: bool = False
    fails: bool = False

    def takes(self, path: str) -> bool:
        """Whether this path is answered here."""
        return path == "/2/tweets" or path.startswith("/2/compliance/jobs") or self._is_file(path)

    def answer(self, method: str, path: str, asked: Mapping[str, str], body: bytes) -> Answer:
        """Status and body, as X would answer now."""
        if path == "/2/tweets":
            return self._look_up(asked)
        if self._is_file(path):
            return self._file(method, path, body)
        if self.refused:
            return 403, {"type": PROBLEMS + "client-forbidden", "title": "Client Forbidden"}
        if method == "POST":
            job = FakeJob(id=str(10**18 + len(self.jobs)), created_at=self.clock())
            job.fails = self.fails
            self.jobs[job.id] = job
            return 200, {"data": self._shown(job)}
        found = self.jobs.get(path.rsplit("/", 1)[-1])
        if found is None:
            return 404, {"title": "Not Found Error", "type": PROBLEMS + "resource-not-found"}
        return 200, {"data": self._shown(found)}

    def _look_up(self, asked: Mapping[str, str]) -> Answer:
        ids = asked.get("ids", "").split(",")
        if not all(re.fullmatch("[0-9]{1,19}", id_) for id_ in ids) or len(ids) > 100:
            return 400, {"title": "Invalid Request", "type": PROBLEMS + "invalid-request"}
        versions = self._versions()
        data, users, errors = [], {}, []
        for id_ in ids:
            raw, user = versions.get(id_, ({}, None))
            history = raw.get("edit_history_tweet_ids", [id_])
            state = next((self.gone[v] for v in (id_, *history) if v in self.gone), "")
            if not state and not raw:
                state = "deleted"
            if state:
                problem, title, _ = GONE[state]
                errors.append(
                    {
                        "value": id_,
                        "resource_id": id_,
                        "resource_type": "tweet",
                        "parameter": "ids",
                        "title": title,
                        "detail": f"Could not find tweet with ids: [{id_}].",
                        "type": PROBLEMS + problem,
                    }
                )
                continue
            data.append(dict(raw) | {"edit_history_tweet_ids": self._history(id_, versions)})
            if user and "author_id" in asked.get("expansions", ""):
                users[user["id"]] = dict(user)
        body: dict[str, Any] = {}
        if data:
            body["data"] = data
        if users:
            body["includes"] = {"users": list(users.values())}
        if errors:
            body["errors"] = errors
        return 200, body

    def _versions(self) -> dict[str, tuple[Mapping[str, Any], Mapping[str, Any] | None]]:
        return {str(raw["id"]): (raw, user) for raw, user in self.raw_posts()}

    def _history(self, id_: str, versions: Mapping[str, Any]) -> list[str]:
        """All versions that there are by now, whichever of them was asked for."""
        known = [
            raw.get("edit_history_tweet_ids", [str(raw["id"])]) for raw, _ in versions.values()
        ]
        return list(max((h for h in known if id_ in h), key=len, default=[id_]))

    def _shown(self, job: FakeJob) -> dict[str, Any]:
        return {
            "id": job.id,
            "type": "tweets",
            "status": job.status(self.clock()),
            "created_at": to_iso(job.created_at),
            "resumable": False,
            "upload_url": f"{self.base}/storage/{job.id}/submission?Signature=x",
            "upload_expires_at": to_iso(job.created_at + UPLOAD_EXPIRES),
            "download_url": f"{self.base}/storage/{job.id}/delivery?Signature=x",
            "download_expires_at": to_iso(job.created_at + timedelta(days=7)),
        }

    def _is_file(self, path: str) -> bool:
        return path.startswith("/storage/")

    def _file(self, method: str, path: str, body: bytes) -> Answer:
        _, _, job_id, kind = path.split("/")
        job = self.jobs.get(job_id)
        if job is None:
            return 404, ""
        if method == "PUT" and kind == "submission":
            if job.status(self.clock()) != "created":
                return 403, "expired"
            job.ids = body.decode("ascii").split()
            job.uploaded_at = self.clock()
            return 200, ""
        if kind != "delivery" or job.status(self.clock()) != "complete" or job.ids is None:
            return 404, ""
        lines = [
            {
                "id": id_,
                "action": "delete",
                "created_at": to_iso(job.created_at),
                "redacted_at": to_iso(job.created_at),
                "reason": GONE[self.gone[id_]][2],
            }
            for id_ in job.ids
            if id_ in self.gone
        ]
        return 200, "".join(json.dumps(line) + "\n" for line in lines)
