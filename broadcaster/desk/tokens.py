"""Tokens at the desk: by what people, programs and phones are known."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from broadcaster.desk.door import Noun, order, question
from broadcaster.desk.errors import Invalid, NotFound
from broadcaster.desk.house import Context
from broadcaster.language import N_
from broadcaster.people import tokens, users
from broadcaster.people.errors import Unfit
from broadcaster.people.rights import Right
from broadcaster.people.tokens import LONGEST, PHONE, Token

Days = Annotated[int, Field(ge=1, le=LONGEST.days)]
PhoneDays = Annotated[int, Field(ge=1, le=31)]


class Tokens(Noun):
    """One's own tokens; an administrator of all places where a user holds a role looks after theirs."""

    @question("GET", "/users/{user}/tokens", right=Right.VIEW)
    def list(self, ctx: Context, user: str) -> tuple[Token, ...]:
        """A user's tokens in force, without the tokens themselves."""
        _require(ctx, user)
        return tuple(tokens.tokens(ctx.session, user, now=ctx.now))

    @order("POST", "/users/{user}/tokens", right=Right.VIEW)
    def issue(self, ctx: Context, user: str, name: str, days: Days = 90) -> str:
        """A new token, shown this once. It takes the place of the user's token of the same name."""
        _require(ctx, user)
        try:
            return tokens.issue(ctx.session, user, name, now=ctx.now, lasts=timedelta(days=days))
        except Unfit as error:
            raise Invalid(error.message, **error.facts) from error

    @order("POST", "/users/{user}/phone", right=Right.VIEW)
    def phone(self, ctx: Context, user: str, days: PhoneDays = 7) -> str:
        """A link that opens a user's tickets on their phone, shown this once; the one before it ends."""
        _require(ctx, user)
        token = tokens.issue(ctx.session, user, PHONE, now=ctx.now, lasts=timedelta(days=days))
        api = ctx.house.settings.api
        return f"{(api.public_url or f'http://{api.host}:{api.port}').rstrip('/')}/phone?k={token}"

    @order("DELETE", "/users/{user}/tokens/{name}", right=Right.VIEW)
    def revoke(self, ctx: Context, user: str, name: str) -> None:
        """End a token before its time."""
        _require(ctx, user)
        if not tokens.revoke(ctx.session, user, name, now=ctx.now):
            raise NotFound(N_("{user} has no token {name} in force."), user=user, name=name)


def _require(ctx: Context, user: str) -> None:
    found = users.user(ctx.session, user)
    if found is None:
        raise NotFound(N_("There is no user {user}."), user=user)
    right = Right.VIEW if user == ctx.who else Right.ADMIN
    ctx.require(right, *(grant.place for grant in found.grants))
