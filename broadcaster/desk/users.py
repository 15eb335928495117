"""Users at the desk: who may come in, and what they may do where."""

from broadcaster.desk.door import Noun, order, question
from broadcaster.desk.errors import Invalid, NotFound
from broadcaster.desk.house import Context
from broadcaster.language import N_
from broadcaster.people import users
from broadcaster.people.errors import Unfit
from broadcaster.people.rights import Grant, Right
from broadcaster.people.users import User
from schedules.places import Place


class Users(Noun):
    """An administrator of a place gives roles in it, and looks after those who hold no role outside it."""

    @question("GET", "/users", right=Right.ADMIN)
    def list(self, ctx: Context) -> tuple[User, ...]:
        """Everybody, by name."""
        return tuple(users.users(ctx.session))

    @question("GET", "/users/{user}", right=Right.ADMIN)
    def show(self, ctx: Context, user: str) -> User:
        """One user with their roles."""
        return _load(ctx, user)

    @order("POST", "/users", right=Right.ADMIN)
    def add(
        self,
        ctx: Context,
        user: str,
        grants: tuple[Grant, ...],
        full_name: str = "",
    ) -> User:
        """Add a user with their first roles; they come in with a token."""
        ctx.act.subject = user
        if not grants:
            raise Invalid(N_("A new user needs a role in a place."))
        ctx.require(Right.ADMIN, *_places(grants))
        try:
            users.add(ctx.session, name=user, full_name=full_name, now=ctx.now)
        except Unfit as error:
            raise Invalid(error.message, **error.facts) from error
        users.grant(ctx.session, user, grants)
        return _load(ctx, user)

    @order("PUT", "/users/{user}/grants", right=Right.ADMIN)
    def grant(self, ctx: Context, user: str, grants: tuple[Grant, ...]) -> User:
        """Give a user exactly these roles."""
        ctx.require(Right.ADMIN, *_places(_load(ctx, user).grants), *_places(grants))
        users.grant(ctx.session, user, grants)
        return _load(ctx, user)

    @order("PUT", "/users/{user}/enabled", right=Right.ADMIN)
    def enable(self, ctx: Context, user: str, enabled: bool) -> User:
        """Let a user in again, or keep them and their tokens out."""
        ctx.require(Right.ADMIN, *_places(_load(ctx, user).grants))
        users.set_enabled(ctx.session, user, enabled=enabled)
        return _load(ctx, user)


def _load(ctx: Context, user: str) -> User:
    found = users.user(ctx.session, user)
    if found is None:
        raise NotFound(N_("There is no user {user}."), user=user)
    return found


def _places(grants: tuple[Grant, ...]) -> tuple[Place, ...]:
    return tuple(grant.place for grant in grants)
