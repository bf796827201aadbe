"""The page `/help`: what the words of this project mean.

Lives here: the topics and their order. Never here: their text (words.toml).
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kg_api.asking import TheLang
from kg_api.pages_read import frame

router = APIRouter(include_in_schema=False)
TOPICS = (
    "belief",
    "interval",
    "contested",
    "groups",
    "chain",
    "reliability",
    "gap_map",
    "criteria",
    "receipt",
    "retraction",
)


@router.get("/help")
def help_page(request: Request, spoken: TheLang) -> Response:
    """What the words mean, each under its own anchor."""
    frame.only(request, ())
    return frame.shown(request, "read/help.html", spoken, lambda: {"topics": TOPICS})
