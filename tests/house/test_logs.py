"""A log that cannot be written ends nobody."""

import io

from tracker.kernel.logs import CarefulLogger


class Full(io.StringIO):
    """A disk without room."""

    tried = 0

    def write(self, _text: str) -> int:
        self.tried += 1
        raise OSError(28, "No space left on device")


def test_a_line_for_which_there_is_no_room_is_let_go() -> None:
    place = Full()
    CarefulLogger(place).exception("the disk is full")
    assert place.tried == 1


def test_where_there_is_room_it_is_written() -> None:
    place = io.StringIO()
    CarefulLogger(place).warning("a line")
    assert place.getvalue() == "a line\n"
