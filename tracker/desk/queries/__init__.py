"""The only reader for the desks; joins the features, owns no table."""

from tracker.desk.queries.office import (
    Arrived,
    Owed,
    QuietTask,
    Unsigned,
    UnsignedUnit,
    arrivals,
    owed_by_office,
    quiet_continuous,
    start_of,
    unsigned,
)
from tracker.desk.queries.overview import (
    Numbers,
    Overdue,
    Standing,
    heads_by_unit,
    numbers,
    standing,
    to_appoint,
    worst,
)
from tracker.desk.queries.review import Case, cases, overdue_of
from tracker.desk.queries.units import MyTask, MyTasks, OwnPart, names_of_groups, unit_tasks
from tracker.desk.queries.work_group import About, Matter, UnitMatters, matters_by_unit

__all__ = [
    "About",
    "Arrived",
    "Case",
    "Matter",
    "MyTask",
    "MyTasks",
    "Numbers",
    "Overdue",
    "Owed",
    "OwnPart",
    "QuietTask",
    "Standing",
    "UnitMatters",
    "Unsigned",
    "UnsignedUnit",
    "arrivals",
    "cases",
    "heads_by_unit",
    "matters_by_unit",
    "names_of_groups",
    "numbers",
    "overdue_of",
    "owed_by_office",
    "quiet_continuous",
    "standing",
    "start_of",
    "to_appoint",
    "unit_tasks",
    "unsigned",
    "worst",
]
