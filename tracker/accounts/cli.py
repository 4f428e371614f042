"""flask accounts …: the first administrator, the code of the set-up, and a way back in, at the server's shell."""

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from tracker.accounts import commands, passwords, queries, rules
from tracker.kernel import clock
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Refusal
from tracker.organisation import commands as organisation
from tracker.organisation.models import Region
from tracker.organisation.rules import DutyKind, RegionLevel

cli = AppGroup("accounts", help="Accounts, from the server's shell.")


@cli.command("create-admin")
def create_admin() -> None:
    """Create a system administrator; asks for name, login and password."""
    region = db.session.scalar(sa.select(Region).order_by(sa.func.length(Region.code), Region.id).limit(1))
    region_id = region.id if region is not None else None
    district = (
        None if region is not None else (click.prompt("行政区划代码 Region code"), click.prompt("行政区名称 Region"))
    )
    new = commands.NewAccount(
        click.prompt("姓名 Name"),
        click.prompt("登录名 Login"),
        click.prompt("密码 Password", hide_input=True, confirmation_prompt="再输一次 Again"),
    )
    now = clock.now()
    try:
        with write_transaction():
            if district is not None:
                code, name = district
                place = organisation.add_region(code=code, name=name, level=RegionLevel.COUNTY, by=SYSTEM, now=now)
            else:
                place = db.session.get_one(Region, region_id)
            commands.create_officer(new, DutyKind.SYSTEM_ADMINISTRATOR, place, by=SYSTEM, now=now)
    except Refusal as refusal:
        raise click.ClickException(str(refusal.message)) from refusal
    click.echo("已创建系统管理员。 The administrator is created.")


@cli.command("setup-code")
def setup_code() -> None:
    """Print a fresh one-time code for the set-up page; says nothing once there is an administrator."""
    if not queries.setup_is_open():
        return
    with write_transaction():
        code = commands.new_setup_code(by=SYSTEM, now=clock.now())
    click.echo(f"\n  初始化码 Set-up code   {code}\n  用于首次打开网页时的初始化；再次运行本命令会使它失效。\n")


@cli.command("second-factor-off")
@click.argument("login")
def second_factor_off(login: str) -> None:
    """Take the second factor off LOGIN, whose owner has lost it; the owner is told."""
    try:
        with write_transaction():
            account = queries.account_named(rules.plain_login(login))
            if account is None:
                raise click.ClickException(f"没有登录名 No such login: {login}")
            commands.remove_second_factor(account, by=SYSTEM, now=clock.now())
    except Refusal as refusal:
        raise click.ClickException(str(refusal.message)) from refusal
    click.echo(f"{account.login}   两步验证已关闭 the second factor is off")


@cli.command("reset")
@click.argument("login")
def reset(login: str) -> None:
    """Print a new one-time password for LOGIN, valid for seven days."""
    secret = passwords.new_secrets(1)[0]
    try:
        with write_transaction():
            account = queries.account_named(rules.plain_login(login))
            if account is None:
                raise click.ClickException(f"没有登录名 No such login: {login}")
            slip = commands.reset_password(account, secret=secret, by=SYSTEM, now=clock.now())
    except Refusal as refusal:
        raise click.ClickException(str(refusal.message)) from refusal
    click.echo(f"{slip.login}   {slip.password}   （7 日内有效 valid for 7 days）")
