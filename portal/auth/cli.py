"""Accounts from the command line: the first administrator, and help when nobody can sign in."""

from __future__ import annotations

import click

from portal.auth import administration
from portal.auth.queries import accounts
from portal.auth.roles import ROLES
from portal.kernel.command import at_desk
from portal.kernel.i18n import LOCALES


@click.group()
def user() -> None:
    """Make accounts and help people back in."""


@user.command("create")
@click.argument("username")
@click.option("--name", required=True, help="The person's name as it is shown.")
@click.option("--role", "roles", required=True, multiple=True, type=click.Choice(list(ROLES)), help="May be repeated.")
@click.option("--dealer", default="", help="The dealer's code; without it the person is at headquarters.")
@click.option("--locale", type=click.Choice(list(LOCALES)), default=next(iter(LOCALES)), show_default=True)
def create(username: str, name: str, roles: tuple[str, ...], dealer: str, locale: str) -> None:
    """Make an account; its first password is printed once."""
    with at_desk("making an account") as desk:
        new = administration.NewUser(username, name, roles, dealer, locale)
        made, password = administration.create_user(desk.session, new, desk.actor, desk.now)
        username = made.username
    click.echo(f"Account {username} is made. First password, shown only now: {password}")


@user.command("reset-password")
@click.argument("username")
def reset(username: str) -> None:
    """Give a new first password, printed once; all devices are signed out."""
    with at_desk("resetting a password") as desk:
        found = administration.find_user(desk.session, username)
        password = administration.reset_password(desk.session, found, desk.actor, desk.now)
    click.echo(f"First password of {username}, shown only now: {password}")


@user.command("unlock")
@click.argument("username")
def unlock(username: str) -> None:
    """Let somebody who is locked out try again at once."""
    with at_desk("unlocking an account") as desk:
        found = administration.find_user(desk.session, username)
        held = administration.unlock(desk.session, found, desk.actor)
    click.echo(f"{username} can try again." if held else f"{username} had no failed attempts.")


@user.command("list")
def show() -> None:
    """List all accounts: user name, dealer's code, roles, what is special."""
    with at_desk("listing accounts") as desk:
        lines = [
            "\t".join((
                row.username, row.code or "-", ",".join(row.roles),
                "active" if row.active else "off", "second factor" if row.totp_confirmed_at else "-", row.display_name,
            ))
            for row in accounts(desk.session)
        ]  # fmt: skip
    for line in lines:
        click.echo(line)


commands = (user,)
