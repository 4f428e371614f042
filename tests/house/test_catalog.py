"""The tool that keeps the English catalogues finds what is missing, stale or contradictory."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from scripts import catalog


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small house with two features, and the tool looking at it."""
    for feature in ("tasks", "plans"):
        (tmp_path / "tracker" / feature).mkdir(parents=True)
        (tmp_path / "templates" / feature).mkdir(parents=True)
    (tmp_path / "tracker" / "tasks" / "rules.py").write_text(
        'LATE = _l("逾期")\nDAYS = ngettext("%(n)s 天", "%(n)s 天", 3)\n'
    )
    (tmp_path / "templates" / "tasks" / "show.html").write_text(
        "{% trans name=x %}由 %(name)s 核验{% endtrans %}".replace("%(name)s", "{{ name }}")
    )
    (tmp_path / "tracker" / "plans" / "rules.py").write_text('LATE = _l("逾期")\n')
    monkeypatch.setattr(catalog, "ROOT", tmp_path)
    monkeypatch.setattr(catalog, "FOLDER", tmp_path / "translations")
    monkeypatch.setattr(catalog, "COMPILED", tmp_path / "translations" / "messages.mo")
    return tmp_path


def translate(house: Path, feature: str, **english: str) -> None:
    """Put English into a catalogue file, as a translator would."""
    file = house / "translations" / f"{feature}.po"
    text = file.read_text()
    for chinese, words in english.items():
        head, found, rest = text.partition(f'msgid "{chinese}"\nmsgstr ""')
        assert found
        text = f'{head}msgid "{chinese}"\nmsgstr "{words}"{rest}'
    file.write_text(text)


def test_updating_gathers_texts_from_code_and_templates_by_feature(house: Path) -> None:
    catalog.update([])
    tasks = (house / "translations" / "tasks.po").read_text()
    assert 'msgid "逾期"' in tasks
    assert 'msgid "由 %(name)s 核验"' in tasks
    assert 'msgid_plural "%(n)s 天"' in tasks
    assert "由" not in (house / "translations" / "plans.po").read_text()


def test_updating_keeps_english_and_lends_it_to_another_feature(house: Path) -> None:
    catalog.update(["tasks"])
    translate(house, "tasks", 逾期="Overdue")
    catalog.update([])
    assert 'msgstr "Overdue"' in (house / "translations" / "tasks.po").read_text()
    assert 'msgstr "Overdue"' in (house / "translations" / "plans.po").read_text()


def test_a_text_that_left_the_code_leaves_the_catalogue(house: Path) -> None:
    catalog.update([])
    (house / "tracker" / "plans" / "rules.py").write_text("")
    assert "plans.po is not up to date" in "\n".join(catalog.faults())
    catalog.update([])
    assert not (house / "translations" / "plans.po").exists()


def test_a_text_without_english_is_a_fault_and_with_it_is_none(house: Path) -> None:
    catalog.update([])
    assert any("plans.po: “逾期”: no English" in fault for fault in catalog.faults())
    translate(house, "plans", 逾期="Overdue")
    assert not any("plans.po: “逾期”" in fault for fault in catalog.faults())


def test_a_context_gives_a_text_an_english_of_its_own(house: Path) -> None:
    (house / "tracker" / "plans" / "rules.py").write_text('LATE = _p("state", "逾期")\n')
    catalog.update([])
    translate(house, "tasks", 逾期="Be late")
    assert "plans.po: “逾期”: no English" in "\n".join(catalog.faults())
    translate(house, "plans", 逾期="Late")
    assert not any("逾期" in fault for fault in catalog.faults())


def test_two_features_may_not_disagree_about_a_text(house: Path) -> None:
    catalog.update([])
    translate(house, "plans", 逾期="Late")
    translate(house, "tasks", 逾期="Overdue")
    assert any("several translations" in fault for fault in catalog.faults())
    translate_back = (house / "translations" / "plans.po").read_text().replace("Late", "Overdue")
    (house / "translations" / "plans.po").write_text(translate_back)
    assert not any("several translations" in fault for fault in catalog.faults())


def test_chinese_in_a_template_must_go_through_gettext(house: Path) -> None:
    page = house / "templates" / "plans" / "show.html"
    page.write_text("{# 说明 #}<p>{{ _('逾期') }}</p>")
    assert list(catalog.bare_chinese()) == []
    page.write_text("<p>逾期</p>\n<b title=\"{{ '红' }}\"></b>")
    assert [fault.rpartition("：")[0] or fault[:30] for fault in catalog.bare_chinese()] == [
        "templates/plans/show.html:1: “",
        "templates/plans/show.html:2: “",
    ]


@pytest.mark.parametrize(
    ("chinese", "english", "fault"),
    [
        ("共 %(count)s 项", "%(count)s items", None),
        ("共 %(count)s 项", "items", "placeholders differ"),
        ("共 %(count)s 项", "%(counts)s items", "placeholders differ"),
        ("共 %s 项", "%s items", "name the placeholders"),
        ("逾期", "逾期", "Chinese in the English"),
        ("逾期", "", "no English"),
    ],
)
def test_a_translation_keeps_its_placeholders(chinese: str, english: str, fault: str | None) -> None:
    message = Catalog(locale="en").add(chinese, english)
    found = list(catalog.faults_of(message))
    assert found == [] if fault is None else any(fault in sentence for sentence in found)


def test_compiling_joins_all_features_into_one_catalogue(house: Path) -> None:
    catalog.update([])
    translate(house, "tasks", 逾期="Overdue")
    catalog.compile_all()
    assert b"Overdue" in (house / "translations" / "messages.mo").read_bytes()
