"""Letters go out: numbered, complete, their text fixed; again after they were sent back; and those that follow."""

from datetime import timedelta

import pytest

from tests.cast import NOW, Cast
from tests.factories import make_member, make_unit
from tests.letters.promises import (
    SIGN_BY,
    again,
    follow,
    held_post,
    in_force,
    inbox_keys,
    issue,
    issued,
    office_edits,
    prepare,
    promised,
    send_back,
    sign,
)
from tests.tasks.stories import act, day, inbox, refuses
from tracker.audit.queries import history
from tracker.kernel import seals
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.letters import commands, policy, queries
from tracker.letters.rules import BatchState, Gap, LetterKind, LetterState, SigningOrder
from tracker.organisation import commands as organisation

NOT_OFFICE = ("leader", "supervisor", "finance_head", "g2_office_clerk", "d2_office_director")


def test_a_batch_goes_out_whole_with_numbers_in_a_row(cast: Cast) -> None:
    for unit in ("finance", "construction"):
        promised(cast, lead=unit)
    batch = prepare(cast, "finance", "construction", signing_order=SigningOrder.SECOND_FIRST)
    letters = issue(cast, batch)
    assert [letter.number for letter in letters] == ["优均责〔2026〕1号", "优均责〔2026〕2号"]
    assert {(letter.state, letter.edition) for letter in letters} == {(LetterState.ISSUED, 1)}
    assert (batch.state, batch.issued_at) == (BatchState.ISSUED, NOW)
    assert [entry.act for entry in history("letter_batch", batch.id)] == ["letter.prepare", "letter.issue_batch"]
    assert "letter.issued" in inbox(cast, "finance_head")
    assert "letter.issued" in inbox(cast, "finance_liaison")
    assert "letter.to_sign" not in inbox(cast, "leader")


def test_numbers_go_on_under_one_prefix_and_begin_anew_under_another(cast: Cast) -> None:
    issued(cast, "finance", "construction")
    withdrawn = issued(cast, "town")
    act(commands.withdraw_letter, withdrawn, remark="重新起草。", by=cast.actor("office_clerk"))
    assert issued(cast, "town").number == "优均责〔2026〕4号"
    assert issued(cast, "town", number_prefix="优均责〔2027〕").number == "优均责〔2027〕1号"
    odd = "优均责〔2026〕1"
    assert issued(cast, "town", number_prefix=odd).number == f"{odd}1号"
    assert issued(cast, "town").number == "优均责〔2026〕12号"


def test_a_prefix_with_signs_that_databases_take_for_jokers_is_a_prefix_like_any_other(cast: Cast) -> None:
    assert issued(cast, "town", number_prefix="责%_").number == "责%_1号"
    assert issued(cast, "town", number_prefix="责甲乙").number == "责甲乙1号"
    assert issued(cast, "town", number_prefix="责%_").number == "责%_2号"


def test_only_the_office_issues_what_it_saw(cast: Cast) -> None:
    promised(cast)
    batch = prepare(cast)
    for name in NOT_OFFICE:
        with refuses(NotAllowed):
            commands.issue_batch(batch, version=batch.version, by=cast.actor(name), now=NOW)
    with refuses(Stale):
        commands.issue_batch(batch, version=batch.version + 1, by=cast.actor("office_clerk"), now=NOW)
    issue(cast, batch, by="office_secondee")
    with refuses(Stale):
        commands.issue_batch(batch, version=batch.version, by=cast.actor("office_clerk"), now=NOW)


def test_a_letter_that_is_not_complete_holds_the_batch_until_it_is_dropped(cast: Cast) -> None:
    promised(cast)
    batch, clerk = prepare(cast, "finance", "construction"), cast.actor("office_clerk")
    with refuses(Invalid, "letters"):
        commands.issue_batch(batch, version=batch.version, by=clerk, now=NOW)
    _finance, construction = queries.letters_of(batch)
    act(commands.withdraw_letter, construction, remark="没有任务。", by=clerk)
    assert inbox(cast, "construction_head") == []
    assert [letter.unit_id for letter in issue(cast, batch)] == [cast.unit_ids["finance"]]


def test_a_batch_from_which_every_letter_was_dropped_is_not_issued(cast: Cast) -> None:
    promised(cast)
    batch, clerk = prepare(cast), cast.actor("office_clerk")
    act(commands.withdraw_letter, queries.letters_of(batch)[0], remark="不签。", by=clerk)
    with refuses(Invalid, "letters"):
        commands.issue_batch(batch, version=batch.version, by=clerk, now=NOW)


def test_a_unit_without_a_head_s_post_gets_no_letter(cast: Cast) -> None:
    with write_transaction():
        unit = make_unit(cast.region(), "澄江区融媒体中心")
        make_member(cast.group(), unit)
        cast.unit_ids["media"] = unit.id
    batch, clerk = prepare(cast, "media"), cast.actor("office_clerk")
    [letter] = queries.letters_of(batch)
    office_edits(cast, letter, free="按时上报。")
    assert queries.gaps(batch, [letter], day=NOW.date())[letter.id] == [Gap.NO_SIGNATORY]
    with refuses(Invalid, "letters"):
        commands.issue_batch(batch, version=batch.version, by=clerk, now=NOW)


def test_an_empty_head_s_post_is_said_and_does_not_hold_the_batch(cast: Cast) -> None:
    promised(cast)
    batch = prepare(cast)
    act(organisation.end_appointment, held_post(cast.person_ids["finance_head"]), by=SYSTEM)
    [letter] = queries.letters_of(batch)
    assert queries.gaps(batch, [letter], day=NOW.date())[letter.id] == [Gap.POST_EMPTY]
    assert issue(cast, batch)[0].state is LetterState.ISSUED


def test_a_batch_whose_date_to_sign_by_has_passed_is_written_anew(cast: Cast) -> None:
    promised(cast)
    batch = prepare(cast)
    late = day("2026-04-02")
    with refuses(Invalid, "letters"):
        commands.issue_batch(batch, version=batch.version, by=cast.actor("office_clerk"), now=late)
    assert issue(cast, batch, now=day(SIGN_BY.isoformat()))[0].state is LetterState.ISSUED


def test_the_text_that_goes_out_is_kept_with_its_digests_under_the_key(cast: Cast) -> None:
    letter = issued(cast)
    text = policy.text_of(letter)
    assert text is not None
    assert text.text.startswith("优质均衡领导小组2026年度目标责任书\n编号：优均责〔2026〕1号\n甲方：")
    assert "为落实澄江区义务教育优质均衡发展工作领导小组确定的各项任务" in text.text
    assert "一、责任目标\n1．小学教师培训经费占比不低于5%（2026年4月17日前）\n二、工作任务\n1．" in text.text
    assert text.text.endswith("甲方签署人：澄江区人民政府区长\n乙方签署人：澄江区财政局局长\n")
    assert seals.digests(text.text.encode()) == seals.Digests(text.sha256, text.sm3)
    [entry] = [entry for entry in history("letter", letter.id) if entry.act == "letter.issue"]
    assert (entry.new["sha256"], entry.new["sm3"], entry.new["text"]) == (text.sha256, text.sm3, 1)


def test_a_letter_that_was_sent_back_goes_out_again_with_a_new_text_under_its_number(cast: Cast) -> None:
    letter = issued(cast, "finance", "construction")
    first = policy.text_of(letter)
    assert first is not None
    send_back(cast, letter)
    office_edits(cast, letter, free="经费按季度拨付。")
    for name in NOT_OFFICE:
        with refuses(NotAllowed):
            commands.issue_letter(letter, version=letter.version, by=cast.actor(name), now=NOW)
    with refuses(Stale):
        commands.issue_letter(letter, version=letter.version - 1, by=cast.actor("office_clerk"), now=NOW)
    act(commands.issue_letter, letter, by=cast.actor("office_clerk"))
    second = policy.text_of(again(letter))
    assert second is not None
    assert (letter.number, letter.edition, letter.remark) == ("优均责〔2026〕1号", 2, "")
    assert [text.ordinal for text in letter.texts] == [1, 2]
    assert second.sha256 != first.sha256
    assert "经费按季度拨付。" in second.text
    assert sign(cast, letter, "finance_head").state is LetterState.HALF_SIGNED


def test_a_letter_sent_back_and_emptied_does_not_go_out(cast: Cast) -> None:
    letter, clerk = issued(cast), cast.actor("office_clerk")
    send_back(cast, letter)
    office_edits(cast, letter)
    with refuses(Invalid, "letters"):
        commands.issue_letter(letter, version=letter.version, by=clerk, now=NOW)


def test_a_letter_whose_validity_has_passed_does_not_go_out_again(cast: Cast) -> None:
    letter, clerk = issued(cast), cast.actor("office_clerk")
    send_back(cast, letter)
    late = NOW + timedelta(days=400)
    with refuses(Stale):
        commands.issue_letter(letter, version=letter.version, by=clerk, now=late)
    act(commands.issue_letter, letter, by=clerk)


def test_a_draft_of_a_batch_goes_out_with_the_batch(cast: Cast) -> None:
    promised(cast)
    batch = prepare(cast)
    [letter] = queries.letters_of(batch)
    with refuses(Invalid, "letters"):
        commands.issue_letter(letter, version=letter.version, by=cast.actor("office_clerk"), now=NOW)
    issued_one = issue(cast, batch)[0]
    with refuses(Stale):
        commands.issue_letter(issued_one, version=issued_one.version, by=cast.actor("office_clerk"), now=NOW)


def test_a_letter_that_follows_goes_out_with_the_next_number_and_names_the_one_before(cast: Cast) -> None:
    letter = in_force(cast, "finance", "construction")
    supplement = follow(cast, letter, LetterKind.SUPPLEMENT, free="增加培训经费。")
    act(commands.issue_letter, supplement, by=cast.actor("office_clerk"))
    text = policy.text_of(supplement)
    assert text is not None
    assert supplement.number == "优均责〔2026〕3号"
    assert "\n编号：优均责〔2026〕3号\n原责任书编号：优均责〔2026〕1号\n" in text.text


@pytest.mark.parametrize(
    ("order", "at_issue"),
    [(SigningOrder.FIRST_FIRST, 1), (SigningOrder.ANY, 1), (SigningOrder.SECOND_FIRST, 0)],
)
def test_who_signs_for_the_first_party_hears_once_a_batch_and_of_what_comes_later(
    cast: Cast, order: SigningOrder, at_issue: int
) -> None:
    letter = issued(cast, "finance", "construction", signing_order=order)
    assert inbox(cast, "leader").count("letter.to_sign") == at_issue
    send_back(cast, letter)
    act(commands.issue_letter, letter, by=cast.actor("office_clerk"))
    assert inbox(cast, "leader").count("letter.to_sign") == 2 * at_issue
    if order is not SigningOrder.FIRST_FIRST:
        sign(cast, letter, "finance_head")
        assert inbox(cast, "leader").count("letter.to_sign") == max(1, 2 * at_issue)


def test_where_the_leader_signs_first_the_unit_hears_when_its_turn_has_come(cast: Cast) -> None:
    letter = issued(cast, signing_order=SigningOrder.FIRST_FIRST)
    assert inbox(cast, "finance_head").count("letter.issued") == 1
    sign(cast, letter, "leader")
    assert inbox_keys(cast, "finance_head") == [f"letter:{letter.id}:1:issued", f"letter:{letter.id}:1:turn"]
