"""What the services need of the outside world, in small protocols.

Every method may raise `Unavailable` (throttled, timed out, not answering): the caller leaves its
message in the queue. Conditional writes raise `Conflict`.

One module a noun. What they name of the domain is for the reader and the type checker alone: every
function would load every domain module.
"""

from vigie.ports.connection import Connection as Connection
from vigie.ports.connection import Rosters as Rosters
from vigie.ports.connection import Subscriptions as Subscriptions
from vigie.ports.connection import TextMessaging as TextMessaging
from vigie.ports.connection import XApp as XApp
from vigie.ports.desks import Before as Before
from vigie.ports.desks import Board as Board
from vigie.ports.desks import Corrections as Corrections
from vigie.ports.desks import Desks as Desks
from vigie.ports.desks import Dossier as Dossier
from vigie.ports.desks import Dossiers as Dossiers
from vigie.ports.desks import Staff as Staff
from vigie.ports.desks import Summary as Summary
from vigie.ports.due import Due as Due
from vigie.ports.due import DueTimer as DueTimer
from vigie.ports.due import Heartbeat as Heartbeat
from vigie.ports.due import Heartbeats as Heartbeats
from vigie.ports.due import StrangeDue as StrangeDue
from vigie.ports.intake import Announcements as Announcements
from vigie.ports.intake import Capabilities as Capabilities
from vigie.ports.intake import Cursors as Cursors
from vigie.ports.intake import Fetched as Fetched
from vigie.ports.intake import Gaps as Gaps
from vigie.ports.intake import Ledger as Ledger
from vigie.ports.intake import Source as Source
from vigie.ports.intake import Timelines as Timelines
from vigie.ports.paging import Audits as Audits
from vigie.ports.paging import Escalations as Escalations
from vigie.ports.paging import Overrides as Overrides
from vigie.ports.paging import Pager as Pager
from vigie.ports.paging import Standing as Standing
from vigie.ports.paging import Storms as Storms
from vigie.ports.triage import GONE as GONE
from vigie.ports.triage import TriageStore as TriageStore
from vigie.ports.upkeep import ComplianceJobs as ComplianceJobs
from vigie.ports.upkeep import DuePost as DuePost
from vigie.ports.upkeep import Erasures as Erasures
from vigie.ports.upkeep import Parked as Parked
from vigie.ports.upkeep import ParkedLetter as ParkedLetter
from vigie.ports.upkeep import Posts as Posts
from vigie.ports.upkeep import Rounds as Rounds
from vigie.ports.upkeep import Watched as Watched
from vigie.queues import Backoff as Backoff
from vigie.queues import DeadLetters as DeadLetters
from vigie.queues import Outgoing as Outgoing
from vigie.queues import Queue as Queue
from vigie.queues import Unread as Unread
