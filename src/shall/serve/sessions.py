"""Whether clients have sessions here: a session lives in one process."""

from msgspec.structs import replace

from shall.errors import InvalidSetting
from shall.settings import Settings

_REMEDY = (
    "Use --workers 1; or several instances, each with --instance, behind the configuration "
    "deploy/nginx/three-instances.conf; or --sessions no for clients that can do without."
)


def decided(settings: Settings) -> Settings:
    """Decide what ``sessions: auto`` means.

    Without sessions, clients of 2026-07-28 are served as ever, those of 2025 without what needs
    a session (subscriptions, cancelling by a message), those of 2024-11-05 not at all.

    Raises:
        InvalidSetting: Sessions are asked for that several processes would lose.
    """
    if settings.workers > 1 and settings.transport == "sse":
        raise InvalidSetting(
            f"SSE cannot be served by {settings.workers} workers: a client's stream is in one of "
            "them, and its messages would reach another.",
            hint=_REMEDY,
        )
    if settings.transport == "sse" and settings.sessions == "no":
        raise InvalidSetting(
            "SSE cannot be served without sessions: a client's messages belong to its stream.",
            hint="Leave --sessions out, or serve --transport http.",
        )
    if settings.workers > 1 and settings.sessions == "yes":
        raise InvalidSetting(
            f"{settings.workers} workers lose sessions: the next request of a client may reach a "
            "worker that does not know it.",
            hint=_REMEDY,
        )
    if settings.sessions != "auto":
        return settings
    return replace(settings, sessions="yes" if settings.workers == 1 else "no")
