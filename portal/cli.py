"""The operator's command: ``sanbao``. Faults are one line on standard error and exit 2."""

from __future__ import annotations

import importlib
import sys

import click

from portal.kernel.errors import DomainError, OperatorError
from portal.operate import application

#: Modules whose ``commands`` (a tuple of click commands) hang below ``sanbao``.
COMMANDS: tuple[str, ...] = (
    "portal.operate",
    "portal.demo.cli",
    "portal.auth.cli",
    "portal.imports.commands",
    "dealers.service.cli",
    "parts.returns.cli",
    "parts.stock.cli",
    "warranty.cases.cli",
    "warranty.claims.cli",
    "warranty.guarantee.cli",
    "warranty.settlement.cli",
    "warranty.recovery.cli",
)


class Lazy(click.Group):
    """A group that imports a room's commands when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List every command."""
        return sorted({*super().list_commands(ctx), *self._found()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Find one command."""
        return super().get_command(ctx, cmd_name) or self._found().get(cmd_name)

    def _found(self) -> dict[str, click.Command]:
        found: dict[str, click.Command] = {}
        for module in COMMANDS:
            for command in importlib.import_module(module).commands:
                found[command.name] = command
        return found


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
def sanbao() -> None:
    """Run and look after the Sanbao portal. DATABASE_URL chooses the database."""


def main(argv: list[str] | None = None) -> None:
    """Run the command line; what an operator can mend ends in one line and exit 2."""
    try:
        code = sanbao.main(args=argv, prog_name="sanbao", standalone_mode=False, obj=application)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        click.echo(f"sanbao: {error.format_message()}", err=True)
    except OperatorError as error:
        click.echo(f"sanbao: {error}", err=True)
    except DomainError as error:
        said = "; ".join(fault.message % dict(fault.facts) for fault in error.faults)
        click.echo(f"sanbao: {said}", err=True)
    else:
        sys.exit(code if isinstance(code, int) else 0)
    sys.exit(2)


if __name__ == "__main__":
    main()
