"""What a comparison of a finding with its answer is made of: single checks, their sum, and who is held against whom."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from tests.plans.variants.values import Json, same


@dataclass(frozen=True)
class Difference:
    """One field in which finding and answer part."""

    field: str
    place: str
    expected: object
    found: object


@dataclass(frozen=True)
class Score:
    """Fields right out of fields asked, in all and by kind of field."""

    right: int = 0
    total: int = 0
    by_field: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """The share of the fields that are right, 1.0 where nothing was asked."""
        return self.right / self.total if self.total else 1.0


@dataclass(frozen=True)
class Check:
    difference: Difference
    right: bool


def add_up(scores: Iterable[Score]) -> Score:
    """Sums the scores of several documents."""
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for one in scores:
        for name, (good, all_of_them) in one.by_field.items():
            right[name] += good
            asked[name] += all_of_them
    return Score(sum(right.values()), sum(asked.values()), {name: (right[name], asked[name]) for name in sorted(asked)})


def check(
    name: str, place: str, expected: object, found: object, *, accept: Callable[[object, object], bool] = same
) -> Check:
    return Check(Difference(name, place, expected, found), accept(expected, found))


def invented(name: str, place: str, found: object) -> Check:
    return Check(Difference(name, place, None, found), right=False)


def pair(
    expected: Sequence[Json], found: Sequence[Json], *tests: Callable[[Json, Json], bool]
) -> tuple[list[tuple[Json, Json]], list[Json]]:
    """Gives each answer the finding that fits it best (tests from the strictest on), {} where none does."""
    left = list(found)
    pairs: dict[int, Json] = {}
    for test in tests:
        for index, answer in enumerate(expected):
            if index in pairs:
                continue
            place = next((n for n, one in enumerate(left) if test(answer, one)), None)
            if place is not None:
                pairs[index] = left.pop(place)
    return [(answer, pairs.get(index, {})) for index, answer in enumerate(expected)], left
