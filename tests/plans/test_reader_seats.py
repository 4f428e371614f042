"""Who sits in a group: labels, names, posts, units, offices, in lists, tables and sentences."""

from typing import Any

import pytest

from tests.plans.papers import paragraph, read, read_word, row

HEAD = "云溪县河湖长制实施方案\n一、组织领导\n成立云溪县河湖长制工作领导小组，组成人员如下：\n"


def seats(text: str) -> list[tuple[Any, ...]]:
    """Role, person, posts and unit of each seat."""
    return [brief(seat) for seat in read(HEAD + text)["group"]["seats"]]


def brief(seat: Any) -> tuple[Any, ...]:
    posts = tuple((post["unit"], post["post"]) for post in seat["posts"])
    return seat["role"], seat["person"], posts, seat["unit"]


@pytest.mark.parametrize("label", ["组长：", "组 长：", "组　　长：", "组    长:", "组长 "])
def test_a_label_may_be_spaced_in_any_way(label: str) -> None:
    assert seats(f"{label}丁一凡 县委副书记、县长")[0] == (
        "leader",
        "丁一凡",
        (("县委", "副书记"), (None, "县长")),
        None,
    )


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("总召集人", "leader"),
        ("指挥长", "leader"),
        ("总指挥", "leader"),
        ("双组长", "leader"),
        ("常务副组长", "deputy_leader"),
        ("副指挥长", "deputy_leader"),
        ("副召集人", "deputy_leader"),
        ("成员单位", "member"),
        ("联络员", "liaison"),
    ],
)
def test_each_kind_of_group_has_its_words_for_a_role(label: str, role: str) -> None:
    assert seats(f"{label}：丁一凡 县水利局局长")[0][0] == role


def test_a_convener_below_a_chief_convener_is_a_deputy() -> None:
    assert [seat[0] for seat in seats("总召集人：丁一凡 县长\n召集人：沈万全 副县长")] == ["leader", "deputy_leader"]
    assert seats("召集人：丁一凡 县长")[0][0] == "leader"


def test_persons_without_a_label_continue_the_role_above() -> None:
    found = seats("组长：丁一凡 县长\n成员：沈 全 县财政局局长\n　　　鲁　达 县水利局局长")

    assert [(seat[0], seat[1]) for seat in found] == [("leader", "丁一凡"), ("member", "沈全"), ("member", "鲁达")]


def test_a_post_that_wraps_belongs_to_the_line_above() -> None:
    found = read(
        HEAD + "组长：丁一凡 县长\n成员：沈全 县委组织部副部长、县委编办主任县档案\n\n局局长\n鲁达 县水利局局长"
    )

    assert brief(found["group"]["seats"][1])[2] == (
        ("县委组织部", "副部长"),
        ("县委编办", "主任"),
        ("县档案局", "局长"),
    )
    assert [seat["line"] for seat in found["group"]["seats"]] == [4, 5, 8]


def test_several_posts_of_one_person_are_taken_apart() -> None:
    posts = seats("成员：沈全 县委组织部副部长、县委督查办主任县编办主任")[0][2]

    assert posts == (("县委组织部", "副部长"), ("县委督查办", "主任"), ("县编办", "主任"))


def test_a_second_post_without_a_unit_keeps_the_first_ones() -> None:
    assert seats("成员：沈全 县水利局党组书记、局长")[0][2] == (("县水利局", "党组书记"), ("县水利局", "局长"))


def test_a_post_may_stand_before_the_name() -> None:
    assert seats("组长：县委副书记、县长 丁一凡")[0][1] == "丁一凡"
    assert seats("组长：县长丁一凡")[0] == ("leader", "丁一凡", ((None, "县长"),), None)


def test_a_post_may_stand_in_brackets() -> None:
    assert seats("组长：丁一凡（县长）\n成员：沈全（县财政局局长）、鲁达（县水利局局长）")[2] == (
        "member",
        "鲁达",
        (("县水利局", "局长"),),
        None,
    )


def test_a_post_sits_where_no_person_is_named() -> None:
    assert seats("组长：县委书记、县长") == [
        ("leader", None, (("县委", "书记"),), None),
        ("leader", None, ((None, "县长"),), None),
    ]


def test_units_sit_where_neither_person_nor_post_is_named() -> None:
    assert seats("成员单位：县水利局、县住房和城乡建设局及各乡镇人民政府。") == [
        ("member", None, (), "县水利局"),
        ("member", None, (), "县住房和城乡建设局"),
        ("member", None, (), "各乡镇人民政府"),
    ]


def test_a_post_shared_by_units_is_a_seat_for_each() -> None:
    assert seats("成员：县水利局、县财政局主要负责同志") == [
        ("member", None, (("县水利局", "主要负责同志"),), None),
        ("member", None, (("县财政局", "主要负责同志"),), None),
    ]


def test_a_unit_cut_at_the_end_of_a_line_is_put_together() -> None:
    found = seats("成员：县水利局、市生态环境局\n云溪分局、县财政局")

    assert [seat[3] for seat in found] == ["县水利局", "市生态环境局云溪分局", "县财政局"]


def test_a_row_may_hold_several_names() -> None:
    found = seats("成　员\n沈　全　　鲁　达　　柴进忠　　花　荣")

    assert [seat[1] for seat in found] == ["沈全", "鲁达", "柴进忠", "花荣"]


def test_sentences_seat_people_too() -> None:
    found = seats("由县委书记丁一凡任组长，副县长沈全任副组长，县水利局、县财政局为成员单位。")

    assert [(seat[0], seat[1] or seat[3]) for seat in found] == [
        ("leader", "丁一凡"),
        ("deputy_leader", "沈全"),
        ("member", "县水利局"),
        ("member", "县财政局"),
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "领导小组办公室设在县水利局，鲁达同志兼任办公室主任。",
        "领导小组下设办公室，办公室设在县水利局，办公室主任由鲁达兼任。",
        "办公室（设在县水利局）主任由县水利局局长鲁达担任。",
        "领导小组办公室设在县水利局。办公室主任：鲁达（兼）。",
    ],
)
def test_the_office_has_a_host_and_a_director(sentence: str) -> None:
    group = read(HEAD + "组长：丁一凡 县长\n" + sentence)["group"]

    assert (group["office_unit"], group["office_director"]) == ("县水利局", "鲁达")
    assert [seat["role"] for seat in group["seats"]] == ["leader", "office_director"]


def test_without_an_office_the_unit_that_does_its_work_is_the_host() -> None:
    group = read(HEAD + "组长：丁一凡 县长\n领导小组不设办公室，日常工作由县水利局承担。")["group"]

    assert (group["office_unit"], group["office_director"]) == ("县水利局", None)


def test_deputies_of_the_office_are_seats() -> None:
    found = seats("办公室设在县水利局，鲁达兼任办公室主任，沈全、县财政局副局长花荣任办公室副主任。")

    assert [(seat[0], seat[1]) for seat in found] == [
        ("office_director", "鲁达"),
        ("office_deputy_director", "沈全"),
        ("office_deputy_director", "花荣"),
    ]


def test_several_groups_stand_in_one_document() -> None:
    found = read(
        "关于调整议事机构的通知\n一、云溪县防汛指挥部\n指挥长：丁一凡 县长\n成员：沈全 县财政局局长\n"
        "二、云溪县禁毒委员会\n主任：丁一凡 县长\n委员：鲁达 县公安局局长\n"
    )

    assert [group["name"] for group in found["groups"]] == ["云溪县防汛指挥部", "云溪县禁毒委员会"]
    assert found["group"] == found["groups"][0]


def test_one_group_needs_no_list_of_groups() -> None:
    assert "groups" not in read(HEAD + "组长：丁一凡 县长")


def test_a_table_of_names_is_read_by_its_head() -> None:
    found = read_word(
        paragraph("云溪县河湖长制工作领导小组成员名单")
        + "<w:tbl>"
        + row("小组职务", "姓名", "单位及职务")
        + row("组长", "丁 一", "县长")
        + row("vMerge=restart|成员", "沈全", "县财政局局长")
        + row("vMerge|", "鲁达", "县水利局党组书记、局长")
        + "</w:tbl>"
    )["group"]["seats"]

    assert [(seat["role"], seat["person"], seat["line"]) for seat in found] == [
        ("leader", "丁一", 3),
        ("member", "沈全", 4),
        ("member", "鲁达", 5),
    ]


def test_what_looks_like_a_seat_and_is_not_understood_is_a_warning() -> None:
    found = read(HEAD + "组长：丁一凡 县长\n顾问：沈全\n")

    assert [warning["line"] for warning in found["warnings"]] == [5]
    assert [seat["person"] for seat in found["group"]["seats"]] == ["丁一凡"]


# --- members named collectively, liaisons told in a sentence


def collective(text: str) -> list[tuple[str | None, str | None]]:
    """Unit and post of each member who is named by post alone."""
    return [posts[0] for role, person, posts, _ in seats(text) if role == "member" and person is None]


def test_lines_of_units_with_a_shared_post_are_rows_of_their_own() -> None:
    found = read(
        HEAD + "成　员：丁一凡　县政府办公室副主任\n　　　　县教育局、县财政局、县水利局主要负责人\n"
        "　　　　各乡镇、街道河长办主任\n　　　　县供电公司、县水务集团负责人\n"
    )["group"]["seats"]

    assert [(seat["posts"][0]["unit"], seat["posts"][0]["post"], seat["line"]) for seat in found[1:]] == [
        ("县教育局", "主要负责人", 5),
        ("县财政局", "主要负责人", 5),
        ("县水利局", "主要负责人", 5),
        ("各乡镇、街道河长办", "主任", 6),
        ("县供电公司", "负责人", 7),
        ("县水务集团", "负责人", 7),
    ]


@pytest.mark.parametrize(
    "before",
    [
        "建立河湖长制联席会议制度，",
        "由县委书记丁一凡任组长，县政府办公室主任沈全任副组长，",
        "召集人由县长丁一凡担任，副召集人由县政府办公室主任沈全、县政务服务和数据管理局局长鲁达担任，",
    ],
)
def test_a_sentence_that_closes_with_its_members_names_them_all(before: str) -> None:
    assert collective(before + "县教育局、县自然资源和规划局分管负责同志以及各街道办事处主任为成员。") == [
        ("县教育局", "分管负责同志"),
        ("县自然资源和规划局", "分管负责同志"),
        ("各街道办事处", "主任"),
    ]


def test_an_and_inside_the_name_of_a_unit_does_not_part_two_persons() -> None:
    assert seats("由县政府办公室主任沈全、县政务服务和数据管理局局长鲁达任副组长。") == [
        ("deputy_leader", "沈全", (("县政府办公室", "主任"),), None),
        ("deputy_leader", "鲁达", (("县政务服务和数据管理局", "局长"),), None),
    ]


def test_a_cell_of_units_with_a_shared_post_seats_each() -> None:
    found = read_word(
        paragraph("云溪县河湖长制工作领导小组成员名单")
        + "<w:tbl>"
        + row("小组职务", "姓名", "单位及职务")
        + row("组长", "丁一凡", "县长")
        + row("成员", "", "县教育局、县财政局主要负责人")
        + row("成员", "", "各乡镇、街道主要负责人")
        + "</w:tbl>"
    )["group"]["seats"]

    assert [brief(seat)[2] for seat in found[1:]] == [
        (("县教育局", "主要负责人"),),
        (("县财政局", "主要负责人"),),
        (("各乡镇、街道", "主要负责人"),),
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "县水利局副局长沈全任副主任，县水利局河湖股股长鲁达任联络员。",
        "办公室副主任由县水利局副局长沈全担任，联络员为县水利局河湖股股长鲁达。",
        "沈全任办公室副主任。联络员由县水利局河湖股股长鲁达担任（电话：0718-5520117），负责信息报送。",
        "沈全任办公室副主任。县水利局河湖股股长鲁达为县联络员，各乡镇确定1名联络员，于3月5日前报办公室。",
    ],
)
def test_a_liaison_may_be_told_in_a_sentence(sentence: str) -> None:
    found = seats("办公室设在县水利局，由县水利局局长兼任主任，" + sentence)

    assert [(role, person) for role, person, _, _ in found] == [
        ("office_director", None),
        ("office_deputy_director", "沈全"),
        ("liaison", "鲁达"),
    ]
    assert found[0][2] == (("县水利局", "局长"),)
    assert found[2][2] == (("县水利局河湖股", "股长"),)


def test_office_and_liaison_told_before_a_list_come_after_it() -> None:
    found = read(
        "云溪县方案\n一、组织领导\n成立云溪县河湖长制工作领导小组。办公室设在县水利局，"
        "办公室主任由县水利局局长担任，县水利局股长鲁达为联络员。\n"
        "附件\n云溪县河湖长制工作领导小组成员名单\n组长：丁一凡 县长\n成员：沈全 县财政局局长\n"
    )["group"]["seats"]

    assert [seat["role"] for seat in found] == ["leader", "member", "office_director", "liaison"]


@pytest.mark.parametrize(
    "sentence",
    ["现对云溪县食品安全委员会组成人员作如下调整：", "决定对云溪县食品安全委员会成员进行调整，名单如下："],
)
def test_a_group_is_named_by_its_adjustment(sentence: str) -> None:
    found = read(f"关于人员调整的通知\n{sentence}\n主　任：丁一凡　县长\n副主任：沈　全　副县长\n")["group"]

    assert found["name"] == "云溪县食品安全委员会"
    assert [seat["role"] for seat in found["seats"]] == ["leader", "deputy_leader"]


@pytest.mark.parametrize(
    "sentence",
    [
        "各成员单位主要负责人是第一责任人，要亲自抓、负总责。",
        "组长是第一责任人，副组长为直接责任人，成员为具体责任人。",
        "各成员单位明确1名分管负责人和1名联络员，名单于3月5日前报领导小组办公室。",
        "联络员名单有变动的，3个工作日内更新。",
        "对工作不力的，约谈乡镇主要负责人；各乡镇主要负责人为包保责任人。",
    ],
)
def test_sentences_about_duties_seat_nobody(sentence: str) -> None:
    assert seats("组长：丁一凡 县长\n" + sentence) == [("leader", "丁一凡", ((None, "县长"),), None)]
