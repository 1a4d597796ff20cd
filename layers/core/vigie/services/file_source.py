"""Recorded posts as a `Source`: JSON lines of a file or of standard input, from any tool.

Each line is a response of the X API v2 or one of its posts. The cursor is the number of lines
that were read.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from vigie.domain.mention import Mention
from vigie.domain.naming import named
from vigie.domain.plan import Brand
from vigie.errors import Rejected, Unavailable
from vigie.ports import Capabilities, Fetched
from vigie.queues import Unread
from vigie.services.ingest import NO_BRAND, read_posts
from vigie.x_posts import Page, parse_line, read_traces

LINES_A_PAGE = 100


class FileSource:
    """Read once, front to back. With `forced`, or with one brand only, all posts are that brand's;
    else those are it that name it."""

    name = "file"
    capabilities = Capabilities()

    def __init__(
        self, lines: Iterable[bytes], brands: Sequence[Brand], forced: Brand | None = None
    ) -> None:
        self._lines: Iterator[bytes] = iter(lines)
        self._brands = brands
        self._sole = forced or (brands[0] if len(brands) == 1 else None)
        self.brand = self._sole.id if self._sole else NO_BRAND
        self._read = 0
        self._page: list[bytes] = []
        self._begun_at = 0

    def begin(self, now: datetime) -> str:
        """See `Source.begin`."""
        return "0"

    def fetch(self, cursor: str, now: datetime) -> Fetched:
        """See `Source.fetch`. The last page may be asked for again, no earlier one."""
        wanted = int(cursor)
        if wanted != self._begun_at or not self._page:
            self._go_to(wanted)
            self._begun_at = wanted
            self._page = list(islice(self._lines, LINES_A_PAGE))
            self._read += len(self._page)
        found: list[Mention | Unread] = []
        unmatched = 0
        for line in self._page:
            unmatched += self._line(line, now, found)
        return Fetched(
            found=found,
            cursor=str(self._begun_at + len(self._page)),
            complete=len(self._page) < LINES_A_PAGE,
            unmatched=unmatched,
        )

    def _go_to(self, line: int) -> None:
        if line < self._read:
            raise Unavailable(f"line {line} has passed; begin again from the start of the file")
        for _ in islice(self._lines, line - self._read):
            self._read += 1

    def _line(self, line: bytes, now: datetime, found: list[Mention | Unread]) -> int:
        """How many of the line's posts are about no brand."""
        group = self._sole.id if self._sole else NO_BRAND
        try:
            page = parse_line(line)
        except Rejected as rejected:
            body = line.decode("utf-8", "replace")
            found.append(Unread(body=body, group=group, rejected=rejected))
            return 0
        unmatched = 0
        for raw in page.posts if page else ():
            assert page is not None
            of_one = Page(posts=(raw,), users=page.users, included=page.included, tags=page.tags)
            brands = (self._sole,) if self._sole else named(self._brands, read_traces(raw, page))
            # A post that cannot be read is parked, whomever it would be about.
            read = read_posts(of_one, brands or (_NOBODY,), now, self.name)
            if brands or isinstance(read[0], Unread):
                found += read
            else:
                unmatched += 1
        return unmatched


_NOBODY = Brand(id=NO_BRAND, name="")
