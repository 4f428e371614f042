"""The rules of a group's flags: what each looks at, how it is set, and what it would have raised."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.entry import day_of
from tracker.kernel.errors import NotVisible
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors
from tracker.organisation.models import LeadershipGroup
from tracker.organisation.queries import group_of_reader
from tracker.oversight import commands, policy, queries
from tracker.oversight.forms.flags import DaysForm, RuleForm
from tracker.oversight.rules import FLAG_RULES, LABELS, RULE_NOTES, THRESHOLD_WORDS, FlagRule
from tracker.oversight.views.blueprint import bp

TRIALS = 200
"""So many findings of a dry run are listed; all are counted."""


@bp.get("/groups/<int:group_id>/flag-rules")
def flag_rules(group_id: int) -> ResponseReturnValue:
    """Every rule with its version and threshold, and the flags it would have raised since a day."""
    actor = current_actor()
    group = group_of_reader(actor, group_id)
    require(policy.may_see_rules(actor, group_id))
    return _page(actor, group, DaysForm(obj=queries.group_setting(group_id)), RuleForm())


def _page(actor: Actor, group: LeadershipGroup, days: DaysForm, form: RuleForm) -> str:
    today, settings = clock.today(), queries.rules_at_work(group.id)
    since = _day(request.args.get("since")) or max(group.uses_from, date(today.year, 1, 1))
    trials = queries.dry_run(group, settings, since=since, today=today)
    rows: list[dict[str, Any]] = [
        {
            "rule": rule,
            "definition": FLAG_RULES[rule],
            "setting": settings[rule],
            "words": _words(rule, settings[rule].threshold),
            "note": RULE_NOTES.get(rule),
            "would": sum(one.rule is rule for one in trials),
        }
        for rule in FlagRule
    ]
    return render_template(
        "oversight/flag_rules.html",
        group=group,
        rows=rows,
        since=since,
        trials=trials[-TRIALS:],
        total=len(trials),
        new=sum(not one.raised for one in trials),
        days=days,
        form=form,
        may_set=policy.may_set_rules(actor, group.id),
        labels=LABELS,
    )


def _words(rule: FlagRule, threshold: int) -> str:
    """What a rule waits for, in words."""
    return str(THRESHOLD_WORDS[rule]) % {"threshold": threshold} if threshold else _("提醒规则中没有这一级")


def _day(text: str | None) -> date | None:
    try:
        return day_of(text or "")
    except ValueError:
        return None


@bp.post("/groups/<int:group_id>/flag-rules/<rule>")
def set_flag_rule(group_id: int, rule: str) -> ResponseReturnValue:
    """Switch a rule on or off, or set its threshold: for what becomes true from today on."""
    actor = current_actor()
    group = group_of_reader(actor, group_id)
    require(policy.may_set_rules(actor, group_id))
    form, days = RuleForm(), DaysForm(formdata=None, obj=queries.group_setting(group_id))
    if rule not in set(FlagRule):
        raise NotVisible
    chosen = FlagRule(rule)
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            threshold = form.threshold.data if form.threshold.data is not None else FLAG_RULES[chosen].threshold
            group, enabled = group_of_reader(actor, group_id), bool(form.enabled.data)
            commands.set_flag_rule(group, chosen, enabled=enabled, threshold=threshold, by=actor, now=clock.now())
            flash(_("已保存，从今天起的情况按新的设置预警；已有的预警不变。"), "success")
            return redirect(url_for(".flag_rules", group_id=group_id))
    return _page(actor, group, days, form), 422


@bp.post("/groups/<int:group_id>/flag-days")
def set_flag_days(group_id: int) -> ResponseReturnValue:
    """Set the days of statement, review and decision, and whether the group uses cards."""
    actor = current_actor()
    group = group_of_reader(actor, group_id)
    require(policy.may_set_rules(actor, group_id))
    form = DaysForm()
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            names = ("statement_days", "review_days", "decide_within_days")
            said: dict[str, Any] = {name: form[name].data or 0 for name in names}
            group = group_of_reader(actor, group_id)
            uses = form.uses_cards.data
            version, now = form.seen_version, clock.now()
            commands.set_accountability(group, **said, uses_cards=uses, version=version, by=actor, now=now)
            flash(_("已保存。"), "success")
            return redirect(url_for(".flag_rules", group_id=group_id))
    return _page(actor, group, form, RuleForm(formdata=None)), 422
