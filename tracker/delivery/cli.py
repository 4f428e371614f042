"""flask deliver: what an operator sees of deliveries and decides about them."""

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from tracker.delivery import commands, queries
from tracker.delivery.rules import DeliveryState
from tracker.kernel import clock
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Refusal

deliver = AppGroup("deliver", help="Messages that leave the house.")


@deliver.command("list")
@click.option("--state", type=click.Choice([state.value for state in DeliveryState]), help="Only those that stand so.")
def list_deliveries(state: str | None) -> None:
    """List deliveries, newest first; those that failed or whose end is unknown, unless told otherwise."""
    states = (DeliveryState(state),) if state else queries.TROUBLED
    page = queries.deliveries_page(SYSTEM, states=states)
    for row in page.rows:
        one = row.delivery
        words = (one.id, one.state, one.channel, row.recipient, row.endpoint, one.attempts, one.provider_code or "-")
        click.echo("\t".join(str(word) for word in words))
    if page.next_cursor:
        click.echo("…")


@deliver.command("resolve")
@click.argument("delivery_id", type=int)
@click.option("--sent/--resend", "arrived", default=None, required=True, help="It arrived, or send it once more.")
def resolve(delivery_id: int, *, arrived: bool) -> None:
    """Say how a delivery of unknown end is to be taken."""
    with force_locale("zh"):
        try:
            with write_transaction():
                found = queries.visible_delivery(SYSTEM, delivery_id)
                commands.resolve_delivery(found, arrived=arrived, by=SYSTEM, now=clock.now())
        except Refusal as refusal:
            raise SystemExit(str(refusal.message)) from refusal


@deliver.command("retry")
@click.argument("delivery_id", type=int, required=False)
@click.option("--endpoint", "endpoint_id", type=int, help="Everything that failed at this endpoint, by its number.")
def retry(delivery_id: int | None, endpoint_id: int | None) -> None:
    """Send a failed delivery again, or all that failed at one endpoint, once what they failed of is mended."""
    if (delivery_id is None) == (endpoint_id is None):
        raise click.UsageError("Name either a delivery or, with --endpoint, an endpoint.")
    with force_locale("zh"):
        try:
            with write_transaction():
                if endpoint_id is None:
                    assert delivery_id is not None
                    found = queries.visible_delivery(SYSTEM, delivery_id)
                    commands.retry_delivery(found, by=SYSTEM, now=clock.now())
                    return
                endpoint = queries.visible_endpoint(SYSTEM, endpoint_id)
                again = commands.retry_endpoint(endpoint, by=SYSTEM, now=clock.now())
        except Refusal as refusal:
            raise SystemExit(str(refusal.message)) from refusal
    click.echo(f"已安排重新发送 {again} 条消息")


@deliver.command("release")
def release() -> None:
    """Let messages go out again after a restore; what is older becomes uncertain and is not sent by itself."""
    with force_locale("zh"):
        try:
            with write_transaction():
                released = commands.release_held(by=SYSTEM, now=clock.now())
        except Refusal as refusal:
            raise SystemExit(str(refusal.message)) from refusal
    click.echo(f"已恢复对外发送；{released.deliveries} 条消息、{released.digests} 份汇总记为结果不明")
