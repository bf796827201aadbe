"""retraction: every claim and pair that changes when a work is retracted, corrected or current again.

May enter: two networks that differ in the status of one work. Never here: writing the record (probing), doors.
"""

from __future__ import annotations

from typing import Any

from kg.model import Text, Work
from kg.network import Network
from kg.question import cautions, reach
from kg.question.answers import Answer, answer
from kg.question.compare import Comparison
from kg.question.compare_said import NOW, Moments


def find(
    before: Network,
    after: Network,
    work: Work,
    *,
    status: str,
    notice: str | None = None,
    rows: str | None = None,
    cols: str | None = None,
    max_links: int = 6,
    lang: str = "en",
) -> Answer:
    """Return what a new status of a work changes.

    Args:
        before: The snapshot under the criteria of the question.
        after: The same with the work's new status.
        work: The work as it stands.
        status: Its new status.
        notice: Address of the notice.
        rows: Entity type where paths begin; None for all causes.
        cols: Entity type where they end; None for all harms.
        max_links: Most claims in a path, 1 to 12.
        lang: Language of the sentences.

    Returns:
        `{"work", "status": [before, after], "notice", "bears_on": [claim ids], "claims": [...], "changes": [...],
        "dry_run": true}`: every claim and every pair that differs, see `kg.question.compare`. `bears_on` are all
        claims that the work speaks for or against, changed or not. In a large record only the causes nearest to what
        changed are looked at (see `kg.question.reach`); then `complete` is false and `limits` names "rows".
    """
    label = before.vocabulary.work_status(status).label
    moments = Moments(NOW, Text(f"With {work.id} {label.en}", f"若 {work.id} 的状态为“{label.get('zh')}”"))
    comparison = Comparison(before, after, moments)
    limits: set[str] = set()
    changes = reach.pairs(comparison, rows, cols, max_links=max_links, lang=lang, limits=limits)
    claims = comparison.claims(lang=lang)
    bears_on = sorted({item.claim for item in before.snapshot.evidence_from(work.id)})
    body: dict[str, Any] = {
        "work": work.id,
        "status": [work.status, status],
        "notice": notice,
        "bears_on": bears_on,
        "claims": claims,
        "changes": changes,
        "dry_run": True,
    }
    said = cautions.of_criteria(after, lang=lang)
    if not bears_on:
        said.append(cautions.unused(work.id, lang=lang))
    elif not claims:
        said.append(_same(before, work, status, lang))
    return answer(
        before,
        "retraction",
        {"work": work.id, "status": status, "notice": notice, "rows": rows, "cols": cols, "max_links": max_links},
        body,
        lang=lang,
        limits=sorted(limits),
        note=cautions.note(said, lang=lang),
    )


def _same(network: Network, work: Work, status: str, lang: str) -> str:
    counts = [network.criteria.work_status_counts(network.vocabulary.work_status(one)) for one in (work.status, status)]
    if counts[0] == counts[1]:
        reason = ("两种状态下该文献的证据都计入", "两种状态下该文献的证据都不计入")[not counts[0]]
        how = "counts" if counts[0] else "does not count"
        if lang == "zh":
            return f"按这些条件，{reason}，答案不变。"
        return f"Under these criteria its evidence {how} in both states: no answer changes."
    if lang == "zh":
        return "它的证据没有改变任何论断：不计入，或由同一来源的其他条目代表。"
    return "Its evidence moves no claim: it does not count, or other items of the same source stand for it."
