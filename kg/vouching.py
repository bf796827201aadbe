"""Answers vouched for: keep one, show what it rests on, work it out again, say it in a paragraph; and the lint.

Lives here: `Vouching`, a part of the face. May enter: answers, receipts, documents of anybody; they are parsed here.
Never here: what an answer rests on or how two differ (receipts/), SQL (record/), printing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from kg.asking import Asking
from kg.criteria import Criteria, parse_int
from kg.errors import InputError, NotFound
from kg.lint import report as linting
from kg.network import Network
from kg.question import paragraphs
from kg.question.answers import Answer, content_of, pristine
from kg.receipts import doubts, premises, reading, since
from kg.receipts.asked import RECEIPT, Asked, Question
from kg.record import Kept

Document = dict[str, Any]


class Vouching(Asking):
    """Receipts of answers, their paragraphs and references, and the quality of the record."""

    def keep(self, answer: Answer | Mapping[str, Any]) -> Document:
        """Keep an answer, so that its receipt can be shown and verified later by anybody who has the id.

        Args:
            answer: What a question method returned.

        Returns:
            `{"receipt", "question", "revision", "kept_at"}`; an answer that is kept already stays as it was.

        Raises:
            InputError: not an answer of this record, or one that was changed afterwards.
            StoreError: the database cannot be written.
        """
        asked = self._asked(answer)
        if asked.altered is not False:
            raise InputError(
                "the answer does not hold what its receipt stands for",
                where="receipt",
                hint="keep an answer as the question returned it",
            )
        asked.pinned(self._revision_at, self.revision)
        kept = self.store.kept.put(
            question=asked.name,
            revision=asked.revision,
            content=content_of(answer),
            ontology=self.vocabulary.digest,
            version=_version(),
        )
        return _brief(kept)

    def receipts(self, *, limit: Any = 50) -> Document:
        """The answers that were kept last, newest first: `{"items": [{"receipt", "question", "revision", ...}]}`."""
        most = parse_int(limit, name="limit", low=1, high=1_000)
        return {"items": [_brief(kept) for kept in self.store.kept.newest(most)]}

    def receipt(self, id: str) -> Document:
        """A kept answer with all that it rests on.

        Returns:
            `{"receipt", "question", "criteria", "revision", "recorded_at", "kept_at", "ontology", "version",
            "answer", "claims", "evidence", "works", "bibliography"}`: see `kg.receipts.premises`; `answer` is the
            document as it was given, without times of recording.

        Raises:
            NotFound: no answer was kept under this id.
        """
        kept, answer = self._kept(id)
        asked = Asked.parse(answer)
        network = self._then(asked).network(Criteria.parse(asked.criteria, self.vocabulary))
        return {
            "receipt": kept.id,
            "question": answer["question"],
            "criteria": dict(asked.criteria),
            "revision": kept.revision,
            "recorded_at": network.snapshot.recorded_at,
            "kept_at": kept.kept_at,
            "ontology": kept.ontology,
            "version": kept.version,
            "answer": answer,
            **premises.premises(network, answer),
        }

    def rests_on(self, receipt: str) -> Document:
        """Return which works a kept answer rests on, as parameters of `export`: `{"works": [keys], "as_of"}`.

        Raises:
            NotFound: no answer was kept under this id.
        """
        kept = self.receipt(receipt)
        return {"works": [work["id"] for work in kept["works"]], "as_of": kept["revision"]}

    def verify_receipt(self, given: str | Answer | Mapping[str, Any]) -> Document:
        """Work an answer out again at its revision, and at the newest.

        Args:
            given: The id of a kept answer; or an answer; or its `question`, `revision` and `receipt` alone.

        Returns:
            `{"receipt", "question", "revision", "kept", "identical", "altered", "differences", "newest": {"revision",
            "receipt", "same"}, "changed", "complete", "limits"}`; `paragraph` if one was given, `note` if one is due.

            `identical`: the same receipt comes out again. `altered`: what was given is not what its receipt stands
            for; null when only the question was given. `paragraph`, which no receipt stands for: "same" when this
            version writes it of the answer, else "other". `differences`: where they differ, when they do. `newest` is
            the same question asked now, at the newest revision of the record, without `as_of`; `same` says whether it
            has the same answer; `changed` says what made it another, see `kg.receipts.since.changed`. `note` says so
            when the question names points in time that end before the newest revision.

        Raises:
            NotFound: no answer is kept under this id, or the record lacks the revision or a record that it names.
            InputError: no answer, or a question that cannot be asked.

        Cost: the question twice, on networks built anew where the revision is not the newest.
        """
        kept, document = self._kept(given) if isinstance(given, str) else (None, given)
        asked = self._asked(document)
        then = self._then(asked)
        spoken = self._lang(asked.lang)
        again = getattr(then, asked.method)(**asked.keywords, **asked.criteria, lang=spoken)
        lasting = {name: value for name, value in asked.criteria.items() if name != "as_of"}
        here = self.at_one_revision()
        now, newest = getattr(here, asked.method)(**asked.keywords, **lasting, lang=spoken), here.revision
        ended = now["revision"] < newest
        identical = again["receipt"] == asked.receipt and not asked.altered
        worded = self._other_paragraph(pristine(document), again)
        still = since.same(again, now)
        entries: list[Document] = []
        limits: list[str] = []
        if not still:
            networks = (
                then.network(Criteria.parse(asked.criteria, self.vocabulary)),
                here.network(Criteria.parse(lasting | ({"as_of": now["revision"]} if ended else {}), self.vocabulary)),
            )
            entries, limits = since.changed(*networks, again, now, lang=spoken)
        other = [] if identical or asked.altered is None else since.differences(_content(document), _content(again))
        report: Document = {
            "receipt": asked.receipt,
            "question": again["question"],
            "revision": asked.revision,
            "kept": kept is not None,
            "identical": identical,
            "altered": asked.altered,
            "differences": [*other, *worded],
            "newest": {"revision": newest, "receipt": now["receipt"], "same": still},
            "changed": entries,
            "complete": not limits,
            "limits": limits,
        }
        if document.get("paragraph") is not None:
            report["paragraph"] = "other" if worded else "same"
        notes: list[str] = []
        if not identical:
            now_by = {"ontology": self.vocabulary.digest, "version": _version()}
            notes.append(doubts.doubt(asked, kept, again, **now_by, lang=spoken))
        notes += [doubts.OTHER_WORDS[spoken]] if worded else []
        notes += [doubts.OWN_POINTS[spoken].format(now["revision"])] if ended else []
        return {**report, "note": ("" if spoken == "zh" else " ").join(notes)} if notes else report

    def explain(self, answer: Answer | Mapping[str, Any], *, cited: bool = False) -> str:
        """Say an answer in one plain paragraph, in its own language, from its premises. See `kg.question.paragraphs`.

        Args:
            answer: The answer.
            cited: Call works as running text cites them, "Hu et al. (2022)", not by the keys that commands take.

        Raises:
            InputError: not an answer, or one that lacks what its question has; says where.
            NotFound: the record has no such revision, or lacks what the criteria name.
        """
        network = self._network_of(answer)
        if isinstance(answer, Answer):
            return answer.worded(network, cited, lambda: paragraphs.paragraph(network, pristine(answer), cited=cited))
        return reading.read(answer, lambda given: paragraphs.paragraph(network, given, cited=cited))

    def references(self, answer: Answer | Mapping[str, Any], format: str = "bibtex") -> str:
        """The references of the works that an answer rests on, as `bibtex`, `ris` or `csl-json`."""
        return premises.references(self._network_of(answer), pristine(answer), format)

    def lint(
        self, *, severity: str | None = None, baseline: str | Path | None = None, lang: str | None = None
    ) -> Document:
        """The quality of the record, one finding each. See `kg.lint.report.report`.

        Args:
            severity: Least severity that is listed: error, warning or note; None for all.
            baseline: File of findings that are known already, see `kg.lint.report.read_baseline`.
            lang: Language of messages and remedies.

        Raises:
            NotFound: there is no such file.
            ParseFailure: the file is no baseline.
        """
        known: frozenset[tuple[str, str, str]] = frozenset()
        if baseline is not None:
            known = linting.read_baseline(_read(Path(baseline)), source=str(baseline))
        return linting.report(self.snapshot, self.vocabulary, severity=severity, known=known, lang=self._lang(lang))

    def _asked(self, answer: Answer | Mapping[str, Any]) -> Asked:
        if isinstance(answer, Mapping) and "receipt" not in answer and "dry_run" in answer:
            raise InputError(
                "this answer has no receipt: the record changed with it", where="receipt", hint="preview it instead"
            )
        return Asked.parse(answer)

    def _then(self, asked: Asked) -> Vouching:
        return self.as_then(asked.pinned(self._revision_at, self.revision))

    def _revision_at(self, moment: str) -> int:
        return self._number(moment, self.snapshot)

    def _network_of(self, answer: Answer | Mapping[str, Any]) -> Network:
        """Return what an answer was asked of; from the cache when it is the newest revision."""
        asked = Question.of(answer)
        criteria = Criteria.parse(asked.criteria, self.vocabulary)
        asked.pinned(self._revision_at, self.revision)
        newest = criteria.as_of is None and asked.revision == self.revision
        return self.network(criteria if newest else replace(criteria, as_of=asked.revision))

    def _kept(self, id: str) -> tuple[Kept, Document]:
        kept = self.store.kept.get(id) if RECEIPT.fullmatch(id) else None
        if kept is None:
            raise NotFound(
                f"no answer is kept under {id[:60]!r}",
                where="receipt",
                hint="`kg receipt list` shows what is kept; --keep on a question keeps its answer",
            )
        document: Document = json.loads(kept.content)
        return kept, {**document, "receipt": kept.id}

    def _other_paragraph(self, document: Mapping[str, Any], again: Answer) -> list[Document]:
        """Return where the paragraph beside an answer differs from the one that is written of it now."""
        same = (given := document.get("paragraph")) is None or given == self.explain(again, cited=True)
        return [] if same else since.differences({"paragraph": given}, {"paragraph": self.explain(again)})


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "it is not UTF-8"
        raise NotFound(
            f"{str(path)!r} cannot be read: {reason}",
            where="baseline",
            hint="write one with `kg lint --write-baseline FILE`",
        ) from fault


@lru_cache(maxsize=1)
def _version() -> str:
    return metadata.version("evidence-kg")


def _brief(kept: Kept) -> Document:
    return {
        "receipt": kept.id,
        "question": kept.question,
        "revision": kept.revision,
        "kept_at": kept.kept_at,
        "ontology": kept.ontology,
        "version": kept.version,
    }


def _content(document: Mapping[str, Any]) -> Document:
    content: Document = json.loads(content_of(document))
    return content
