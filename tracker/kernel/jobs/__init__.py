"""What runs in the background: slots of the clock, who is alive, and jobs that people ask for and wait for."""

from tracker.kernel.jobs.claiming import (
    LEASE,
    MOST_ATTEMPTS,
    Claim,
    ask,
    call_off,
    claim,
    end,
    free_claims_of,
    give_back,
    given_up,
    holders,
    prolong,
)
from tracker.kernel.jobs.rows import LABELS, BackgroundJob, JobState
from tracker.kernel.jobs.slots import Heartbeat, JobRun, RunState, beat, sign_off
from tracker.kernel.jobs.work import Interrupted, Lost, Made, Work, WorkCancelled, folder_of

__all__ = [
    "LABELS",
    "LEASE",
    "MOST_ATTEMPTS",
    "BackgroundJob",
    "Claim",
    "Heartbeat",
    "Interrupted",
    "JobRun",
    "JobState",
    "Lost",
    "Made",
    "RunState",
    "Work",
    "WorkCancelled",
    "ask",
    "beat",
    "call_off",
    "claim",
    "end",
    "folder_of",
    "free_claims_of",
    "give_back",
    "given_up",
    "holders",
    "prolong",
    "sign_off",
]
