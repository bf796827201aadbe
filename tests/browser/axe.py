"""axe-core over an open page: what keeps readers out, by its own rules.

Lives here: running it. The script comes with the package axe-playwright-python, so nothing is fetched.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

GRAVE = {"serious", "critical"}
ALSO = {"region", "heading-order"}
"""Rules that are no less to be kept: the parts of a page are named, and its headings follow each other."""
RUN = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map((one) => ({
    id: one.id, impact: one.impact,
    places: one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} | ${node.failureSummary ?? ""}`),
  }));
}"""


@lru_cache(maxsize=1)
def script() -> str:
    """Return the source of axe-core."""
    spec = find_spec("axe_playwright_python")
    if spec is None or spec.origin is None:
        pytest.skip("axe-playwright-python is not installed (extra `dev`)")
    return (Path(spec.origin).parent / "axe.min.js").read_text("utf-8")


def grave(page: Any) -> list[dict[str, Any]]:
    """Return what axe-core calls serious or critical on a page, or is against one of the rules `ALSO`."""
    page.evaluate(script())
    return [one for one in page.evaluate(RUN) if one["impact"] in GRAVE or one["id"] in ALSO]
