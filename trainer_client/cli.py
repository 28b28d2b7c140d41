"""``trainer-client``: score rollouts, look after the service's reach, make data, train."""

from __future__ import annotations

import typer

from .data import cli as data

app = typer.Typer(
    help="The trainer's side of reward_server.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(data.app, name="data")


@app.callback()
def _root() -> None:
    """Commands for people who train on the reward."""


def main() -> None:
    """Run the command line."""
    app()
