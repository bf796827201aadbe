"""Tokens on the command line: create, list, revoke. Whoever can open the database may do this.

May enter: flags. Never here: how a secret is made (kg.accounts); a secret anywhere but once on stdout.
"""

from __future__ import annotations

from typing import Any

import click

from kg.accounts import ROLES
from kg.cli.context import Context
from kg.cli.options import Family, json_option, print_json
from kg.cli.screen import console
from kg.cli.tables import Column, show

WORDS = {
    "once": (
        "This is the only time that the secret is shown. Send it as `Authorization: Bearer ...`.",
        "密钥只在此显示一次。发送请求时使用 `Authorization: Bearer ...`。",
    ),
    "none": ("There is no token. `kg token create HANDLE` makes one.", "尚无令牌。`kg token create HANDLE` 可创建。"),
    "revoked": ("The token {} of {} is revoked.", "{1} 的令牌 {0} 已吊销。"),
    "token": ("Token", "令牌"),
    "person": ("Person", "人员"),
    "role": ("Role", "角色"),
    "label": ("Label", "用途"),
    "created_at": ("Created", "创建"),
    "expires_at": ("Expires", "到期"),
    "revoked_at": ("Revoked", "吊销"),
    "never": ("never", "永不"),
}
ROLE_WORDS = {"contributor": "贡献者", "reviewer": "审核者", "admin": "管理员"}
COLUMNS = ("token", "person", "role", "label", "created_at", "expires_at", "revoked_at")


@click.group(cls=Family)
def token() -> None:
    """Tokens for writing over HTTP: who may propose, review, administer. Reading needs none.

    A contributor proposes; a reviewer also accepts, rejects, returns, retracts, revokes and undoes.
    """


@token.command()
@click.argument("handle")
@click.option("--role", default=ROLES[0], show_default=True, metavar="|".join(ROLES), help="What the token allows.")
@click.option("--name", metavar="TEXT", help="Name of the person, for credit.")
@click.option("--orcid", metavar="ORCID", help="ORCID iD of the person, for credit.")
@click.option("--email", metavar="ADDRESS", help="For the operator alone; never shown, no part of the history.")
@click.option("--label", metavar="TEXT", help="What the token is for.")
@click.option("--expires", default="90d", show_default=True, metavar="90d|12h|never", help="How long it is valid.")
@json_option
@click.pass_obj
def create(context: Context, /, handle: str, as_json: bool, **given: Any) -> None:
    """Make a token for the person HANDLE and print its secret, once."""
    made = context.graph.create_token(handle, **given)
    print_json(made) if as_json else click.echo(made["secret"])
    click.echo(_say("once", context.lang), err=True)


@token.command(name="list")
@json_option
@click.pass_obj
def list_(context: Context, /, as_json: bool) -> None:
    """Every token there was, newest first, without secrets."""
    found = context.graph.tokens()
    if as_json:
        print_json(found)
    elif not found["items"]:
        click.echo(_say("none", context.lang))
    else:
        columns = [Column(_say(name, context.lang), ids=True) for name in COLUMNS]
        rows = [tuple(_cell(name, one[name], context.lang) for name in COLUMNS) for one in found["items"]]
        show(console(), columns, rows)


@token.command()
@click.argument("id", metavar="ID")
@json_option
@click.pass_obj
def revoke(context: Context, /, id: str, as_json: bool) -> None:
    """End a token and the sessions opened with it, at once and everywhere."""
    gone = context.graph.revoke_token(id)
    print_json(gone) if as_json else click.echo(_say("revoked", context.lang).format(gone["token"], gone["person"]))


def _cell(name: str, value: str | None, lang: str) -> str:
    if value is None:
        return _say("never", lang) if name == "expires_at" else ""
    if name == "role" and lang == "zh":
        return ROLE_WORDS.get(value, value)
    return value[:16].replace("T", " ") if name.endswith("_at") else value


def _say(word: str, lang: str) -> str:
    return WORDS[word][lang == "zh"]
