"""Pictures of a graph: `draw` writes one self-contained HTML file, `show` opens it in the browser.

May enter: what `kg.open` returned. Never here: HTTP; the explorer page of the server is `kg_api`'s.
"""

from __future__ import annotations

from kg_viz.drawing import draw, show

__all__ = ["draw", "show"]
