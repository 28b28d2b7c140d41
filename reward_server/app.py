"""The wiring: settings -> networks, profiles, scorers -> routes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from starlette.routing import Route

from .api import health, metadata, pages, score, scrape
from .api.access import AccessMiddleware
from .api.admission import AdmissionMiddleware
from .api.auth import UNAUTHORIZED, AuthMiddleware, Tokens, open_paths
from .api.compat import nemo_gym, openrlhf, slime
from .api.errors import add_handlers
from .api.hosts import AllowedHosts, HostsMiddleware
from .api.limits import Gate
from .api.metrics import Metrics
from .api.state import State
from .core.tasks import Profile, ProfileError
from .explorer import routes as explorer
from .explorer.transit.maps import Charts
from .networks.load import load_networks
from .openapi import document
from .profile_files import find_profile
from .profiles import PROFILES
from .scorer import Scorer
from .settings import Settings, load_settings
from .wire.replies import ErrorReply

ANY_OTHER: dict[str, Any] = {"model": ErrorReply, "description": "Any other refusal."}


def create_app(
    settings: Settings | None = None,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[Mapping[str, Any]]] | None = None,
) -> FastAPI:
    """The service; without ``settings`` those of the environment are loaded.

    ``lifespan`` is around the time in which it serves. Raises ``SettingsError``,
    ``NetworkFileError`` or ``ProfileError`` where something is not as expected: a service that
    answers is ready.
    """
    app = FastAPI(
        title="reward_server",
        version=version("reward-server"),
        summary="Scores batches of VLM completions on transit maps.",
        lifespan=lifespan,
        docs_url=None,  # FastAPI's pages load their scripts from another host
        redoc_url=None,
        responses={401: UNAUTHORIZED, "default": ANY_OTHER},
    )
    settings = load_settings()[0] if settings is None else settings
    service = load(settings)
    open_to_all, for_browsers = open_paths(settings) | pages.PATHS, frozenset[str]()
    parts = [score, metadata, health, scrape, pages, openrlhf, slime, nemo_gym]
    if settings.explorer:
        parts.insert(0, explorer)  # at / a browser comes before Gym
        open_to_all, for_browsers = open_to_all | explorer.FILES, explorer.PAGES
        app.state.charts = Charts(settings.networks)
    for part in parts:
        app.include_router(part.router)
    declared = [route for part in parts for route in part.router.routes if isinstance(route, Route)]
    routes = {route.path for route in declared}
    metrics = Metrics(
        service.scorers[service.default_profile].fingerprint,
        sorted(routes),
        [scorer.profile for scorer in service.scorers.values()],
    )
    app.state.service, app.state.metrics = service, metrics
    service.gate.tell_items = metrics.items_in_flight.set
    add_handlers(app, metrics.count_refusal)
    # the last one added is the outermost
    app.add_middleware(
        AdmissionMiddleware,
        gate=service.gate,
        largest=settings.max_body_bytes,
        paths=frozenset(route.path for route in declared if "POST" in (route.methods or ())),
        refused=metrics.count_refusal,
    )
    if service.tokens.needed:
        app.add_middleware(
            AuthMiddleware,
            tokens=service.tokens,
            open_paths=open_to_all,
            refused=metrics.count_refusal,
            pages=for_browsers,
        )
    app.add_middleware(HostsMiddleware, hosts=AllowedHosts(settings), refused=metrics.count_refusal)
    app.add_middleware(AccessMiddleware, metrics=metrics, routes=frozenset(routes))
    app.openapi = lambda: document(app)  # type: ignore[method-assign]  # as FastAPI's docs say
    return app


def load(settings: Settings) -> State:
    """The networks, a scorer for each profile, and the tokens.

    Raises ``SettingsError``, ``NetworkFileError`` or ``ProfileError``.
    """
    networks = load_networks(settings.networks, settings.overlays)
    default = find_profile(settings.profile)
    profiles: dict[str, Profile] = dict(PROFILES)
    for profile in (default, *(find_profile(str(named)) for named in settings.profiles)):
        if profiles.setdefault(profile.name, profile) != profile:
            raise ProfileError(f"two profiles with the name {profile.name!r}")
    longest = settings.max_completion_characters
    scorers = {name: Scorer(networks, profile, longest) for name, profile in profiles.items()}
    tokens = Tokens(settings.tokens, settings.tokens_file)
    return State(settings, networks, scorers, default.name, Gate(settings), tokens)
