"""All routes of the pages for writing. Never here: what a page shows."""

from __future__ import annotations

from fastapi import APIRouter

from kg_api.pages_write import contribute, history, review, revise, signing

router = APIRouter(include_in_schema=False)
for room in (contribute, history, review, revise, signing):
    router.include_router(room.router)
