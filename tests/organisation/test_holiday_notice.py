"""Reading the yearly notice of holidays, line by line, without guessing."""

from datetime import date

import pytest

from tracker.organisation.commands.calendar import _published
from tracker.organisation.holiday_notice import read_notice

NOTICE_2026 = """国务院办公厅关于2026年部分节假日安排的通知
国办发明电〔2025〕7号
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
经国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。
"""


def test_a_whole_notice_is_read_as_the_library_has_the_year() -> None:
    notice = read_notice(NOTICE_2026)
    assert (notice.year, notice.number, notice.errors) == (2026, "国办发明电〔2025〕7号", [])
    assert {day: (found.working, found.note) for day, found in notice.exceptions.items()} == dict(_published(2026))


def test_a_free_weekend_day_is_no_exception() -> None:
    notice = read_notice("2026年节假日\n清明节：4月4日（周六）至6日（周一）放假，共3天。")
    assert [found.day for found in notice.days] == [date(2026, 4, 4), date(2026, 4, 5), date(2026, 4, 6)]
    assert list(notice.exceptions) == [date(2026, 4, 6)]


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("元旦：2026年1月1日放假，不调休。", date(2026, 1, 1)),
        ("元旦：2025年12月31日至2026年1月2日放假调休，共3天。", date(2025, 12, 31)),
        ("1. 元旦: 1月1日放假1天", date(2026, 1, 1)),
        ("元旦：１月１日（星期四）放假１天。", date(2026, 1, 1)),
        ("春节：2月28日至3月1日放假；祝大家快乐。", date(2026, 2, 28)),
    ],
)
def test_other_years_forms_are_read_too(line: str, day: date) -> None:
    notice = read_notice(f"2026年放假安排\n{line}")
    assert notice.errors == []
    assert notice.days[0].day == day


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("春节：2月15日（周一）至23日放假，共9天。", "不是周一"),
        ("春节：2月15日至23日放假，共8天。", "8 天"),
        ("春节：2月30日放假。", "2月30日"),
        ("春节：2月23日至15日放假。", "起止"),
        ("春节：2月1日至28日放假。", "起止"),
        ("春节：2030年2月1日放假。", "年份"),
        ("春节：2月16日（周一）上班。", "周末"),
        ("春节：按规定放假。", "日期"),
        ("春节：2月15日值班。", "放假还是上班"),
        ("2月15日起放假九天", "没有读懂"),
    ],
)
def test_a_line_that_contradicts_itself_is_named_with_its_reason(line: str, word: str) -> None:
    notice = read_notice(f"2026年放假安排\n{line}")
    [error] = notice.errors
    assert error.line == 2
    assert word in str(error.reason)
    assert notice.days == []


def test_a_notice_without_year_or_without_days_is_refused() -> None:
    assert "哪一年" in str(read_notice("元旦：1月1日放假").errors[0].reason)
    assert "没有找到" in str(read_notice("2026年放假安排").errors[0].reason)
    assert read_notice("").errors


def test_a_day_both_free_and_worked_is_refused() -> None:
    notice = read_notice("2026年放假安排\n元旦：1月3日放假。\n春节：1月3日上班。")
    assert "第 2 行" in str(notice.errors[0].reason)
