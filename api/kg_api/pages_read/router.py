"""All routes of the pages that are read. Never here: what a page shows."""

from __future__ import annotations

from fastapi import APIRouter

from kg_api.pages_read import ask, finding, helping, matrix, records

router = APIRouter(include_in_schema=False)
for room in (ask, finding, helping, matrix, records):
    router.include_router(room.router)
