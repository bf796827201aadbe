"""A small good pack, and packs in which one thing is wrong, each with what must be said of it.

Lives here: texts. May enter: the size limit. Never here: reading them.
"""

from __future__ import annotations

from kg.importers.sources import MAX_BYTES

Changed = dict[str, str | bytes | None]
GOOD = {
    "pack.toml": 'id = "tiny"\ntitle = { en = "Tiny" }\nversion = "1"\ncompiled = 2026-11-23\nlicence = "CC0-1.0"\n',
    "entities.yaml": """\
- id: lora
  type: Technique
  label: {en: LoRA, zh: 低秩适配}

- id: cost
  type: Factor
  label: {en: Cost}

- id: misuse
  type: Risk
  label: {en: Misuse, zh: 滥用}
""",
    "claims.yaml": """\
- subject: lora
  relation: lowers
  object: cost
  evidence:
    - id: E1
      work: hu2022
      stance: supports
      kind: argument
      strength: weak
      basis: abstract
      statement: Less is trained.

- subject: cost
  relation: lowers
  object: misuse
  evidence:
    - id: E2
      work: hu2022
      stance: disputes
      kind: argument
      strength: weak
      basis: abstract
      statement: Nothing of the kind was seen.
""",
    "references.bib": "@misc{hu2022,\n  title = {Low-Rank Adaptation},\n  year = {2022}\n}\n",
}


def swap(file: str, old: str, new: str) -> Changed:
    """The good file with one text replaced."""
    assert GOOD[file].count(old) >= 1, old
    return {file: GOOD[file].replace(old, new, 1)}


ONE_FAULT: list[tuple[Changed, str]] = [
    # pack.toml
    ({"pack.toml": None}, "tiny/pack.toml:None: the file is missing => create it, or name another one in pack.toml"),
    (swap("pack.toml", '"1"', "1"), "tiny/pack.toml:3: version: given 1, expected a text => write one text"),
    (swap("pack.toml", "2026-11-23", '"today"'), "tiny/pack.toml:4: compiled: given 'today', expected a date => write"),
    (swap("pack.toml", 'id = "tiny"', 'id = "Tiny One"'), "tiny/pack.toml:1: id: 'Tiny One' is not a slug => use at"),
    (swap("pack.toml", "licence", "license"), "tiny/pack.toml:1: licence is missing => add a line `licence: …`"),
    (swap("pack.toml", '"CC0-1.0"', '"CC0'), "tiny/pack.toml:5: not valid TOML: "),
    (
        {"pack.toml": GOOD["pack.toml"] + '[files]\nclaims = "../claims.yaml"\n'},
        "tiny/pack.toml:7: files.claims: expected the name of a file inside the pack's folder",
    ),
    (
        {"pack.toml": GOOD["pack.toml"] + 'vocabulary = ["none.ttl"]\n'},
        "tiny/pack.toml:6: vocabulary: ",
    ),
    (
        {"pack.toml": GOOD["pack.toml"] + '[[work_notes]]\nwork = "hu2021"\n'},
        "tiny/pack.toml:7: there is no work hu2021; did you mean hu2022? => add it to the references",
    ),
    # files
    ({"claims.yaml": None}, "tiny/claims.yaml:None: the file is missing => create it"),
    ({"claims.yaml": ""}, "tiny/claims.yaml:None: the file is empty => write its records"),
    ({"claims.yaml": "# none yet\n"}, "tiny/claims.yaml:None: the file holds no records => write some, or []"),
    ({"claims.yaml": "claims:\n  - a\n"}, "tiny/claims.yaml:1: text outside a record => begin each record with `- `"),
    (
        {"entities.yaml": GOOD["entities.yaml"].encode("utf-16")},
        "tiny/entities.yaml:1: the file is UTF-16, UTF-8 was expected => save it as UTF-8",
    ),
    (
        {"entities.yaml": GOOD["entities.yaml"].encode("gb18030")},
        "tiny/entities.yaml:3: byte 0xb5 is not UTF-8 => save the file as UTF-8 (it may be GB 18030",
    ),
    (
        {"pack.toml": GOOD["pack.toml"].encode() + b"#" * MAX_BYTES},
        "tiny/pack.toml:None: the file is larger than 64 MiB => split",
    ),
    # YAML
    (
        swap("entities.yaml", "label: {en: Cost}", "label: {en: Cost"),
        "tiny/entities.yaml:7: not valid YAML: ",
    ),
    (
        swap("entities.yaml", "  type: Factor", "\ttype: Factor"),
        "tiny/entities.yaml:6: not valid YAML: ",
    ),
    (
        swap("claims.yaml", "strength: weak\n", "strength: weak\n      strength: strong\n"),
        "tiny/claims.yaml:10: strength is given twice, first on line 9 => keep one of the two",
    ),
    (
        swap("claims.yaml", "statement: Less is trained.", "statement: &a Less"),
        "tiny/claims.yaml:11: anchors (&) and aliases (*) are not read => write the value out, or quote it",
    ),
    (
        swap("claims.yaml", "statement: Less is trained.", "statement: !!python/object:os.system ls"),
        "tiny/claims.yaml:11: the tag tag:yaml.org,2002:python/object:os.system is not read => leave tags (!) out",
    ),
    (
        swap("claims.yaml", "statement: Less is trained.", "statement: " + "[" * 500 + "]" * 500),
        "tiny/claims.yaml:11: nested deeper than 24 levels => ",
    ),
    (
        swap("claims.yaml", "statement: Less is trained.", "statement: Less\x07 is trained."),
        "tiny/claims.yaml:11: character U+0007 is not allowed => delete it",
    ),
    (
        swap("entities.yaml", "\n- id: cost", "\n---\n- id: cost"),
        "tiny/entities.yaml:5: a second YAML document begins here => keep one list of records in a file",
    ),
    # words that YAML takes for something else
    (
        swap("entities.yaml", "en: Cost", "en: on"),
        'tiny/entities.yaml:7: label.en: YAML reads on as a truth value, expected a text => put it in quotes: "on"',
    ),
    (
        swap("claims.yaml", "id: E1", "id: 1.0"),
        'tiny/claims.yaml:5: id: YAML reads 1.0 as a number, expected a text => put it in quotes: "1.0"',
    ),
    (
        swap("claims.yaml", "basis: abstract\n", "basis: abstract\n      locator: 2023-01-01\n"),
        "tiny/claims.yaml:11: locator: YAML reads 2023-01-01 as a date, expected a text => put it in quotes",
    ),
    (
        swap("entities.yaml", "label: {en: Cost}", "label: {en: Cost}\n  aliases: [price, no]"),
        "tiny/entities.yaml:8: aliases.1: YAML reads no as a truth value, expected a text => put it in quotes",
    ),
    (
        swap("entities.yaml", "label: {en: Cost}", "label: {en: Cost}\n  aliases: [price, ]\n  broader: ~"),
        "tiny/entities.yaml:9: broader: YAML reads ~ as no value, expected a text => put it in quotes",
    ),
    (
        swap("claims.yaml", "basis: abstract\n", "basis: abstract\n      inferred: 1\n"),
        "tiny/claims.yaml:11: inferred: given 1, expected true or false => write true or false, without quotes",
    ),
    # fields
    (
        swap("entities.yaml", "label: {en: Cost}", "label: Cost"),
        "tiny/entities.yaml:7: label: given 'Cost', expected named values => write them like {en: …, zh: …}",
    ),
    (
        swap("entities.yaml", "{en: Cost}", "{zh: 成本}"),
        "tiny/entities.yaml:7: label.en is missing => add a line `en: …`",
    ),
    (
        swap("entities.yaml", "{en: Cost}", "{en: Cost, fr: Coût}"),
        "tiny/entities.yaml:7: label.fr is not a field here => see the table of fields in seeds/README.md",
    ),
    (
        swap("entities.yaml", "label: {en: Cost}", "label: {en: Cost}\n  aliases: price"),
        "tiny/entities.yaml:8: aliases: given 'price', expected a list => write it in brackets",
    ),
    (swap("entities.yaml", "  type: Factor\n", ""), "tiny/entities.yaml:5: type is missing => add a line `type: …`"),
    (
        swap("claims.yaml", "strength: weak", "strenght: weak"),
        "tiny/claims.yaml:5: strength is missing => add a line `strength: …`",
    ),
    (
        swap("claims.yaml", "      statement: Less is trained.\n", "      statement:\n"),
        "tiny/claims.yaml:11: statement is missing => add a line `statement: …`",
    ),
    (
        swap("claims.yaml", "    - id: E1\n", "    - id: E1\n      claim: lora--lowers--cost\n"),
        "tiny/claims.yaml:6: claim is not a field here => write `id:` for the alias; claim and contributor follow",
    ),
    (
        swap("claims.yaml", "Less is trained.", "L" * 10_001),
        "tiny/claims.yaml:11: statement is too long => at most 10000 characters are read",
    ),
    (
        swap("claims.yaml", "statement: Less is trained.", 'statement: "Less \\u202e is trained."'),
        "tiny/claims.yaml:11: statement: character U+202E at position 5 is not allowed in text",
    ),
    (
        swap("entities.yaml", "id: cost", "id: cost of it"),
        "tiny/entities.yaml:5: id: 'cost of it' is not a slug => use at most 100 lower-case letters",
    ),
    # terms of the ontology
    (
        swap("entities.yaml", "type: Factor", "type: Faktor"),
        "tiny/entities.yaml:6: 'Faktor' is not a kind of entity; did you mean Factor",
    ),
    (
        swap("claims.yaml", "relation: lowers", "relation: lower"),
        "tiny/claims.yaml:2: 'lower' is not a relation; did you mean lowers",
    ),
    (
        swap("claims.yaml", "stance: supports", "stance: support"),
        "tiny/claims.yaml:7: 'support' is not a stance; did you mean supports",
    ),
    (swap("claims.yaml", "kind: argument", "kind: opinion"), "tiny/claims.yaml:8: 'opinion' is not a kind of study"),
    (
        swap("claims.yaml", "basis: abstract", "basis: abstrct"),
        "tiny/claims.yaml:10: 'abstrct' is not a basis; did you mean abstract",
    ),
    (
        swap("claims.yaml", "relation: lowers", "relation: exercised-by"),
        "tiny/claims.yaml:3: the object of 'exercised-by' cannot be of type Factor; expected Actor (its 1",
    ),
    # records that lean on each other
    (
        swap("claims.yaml", "object: cost", "object: costs"),
        "tiny/claims.yaml:3: object: there is no entity costs; did you mean cost",
    ),
    (
        swap("claims.yaml", "work: hu2022", "work: hu2021"),
        "tiny/claims.yaml:6: work: there is no work hu2021; did you mean hu2022? => add it to the references",
    ),
    (
        swap("entities.yaml", "label: {en: LoRA, zh: 低秩适配}", "label: {en: LoRA}\n  broader: lora"),
        "tiny/entities.yaml:4: lora is named as broader than itself => leave it out",
    ),
    (
        swap("claims.yaml", "id: E2", "id: E1"),
        "tiny/claims.yaml:17: the evidence E1 is given twice, first at tiny/claims.yaml:5 => give every item an id",
    ),
    (
        {"claims.yaml": GOOD["claims.yaml"] + "- {subject: lora, relation: lowers, object: cost}\n"},
        "tiny/claims.yaml:24: the claim lora--lowers--cost is given twice, first at tiny/claims.yaml:1 => put all its",
    ),
    (
        {"entities.yaml": GOOD["entities.yaml"] + "- {id: lora, type: Technique, label: {en: LoRA}}\n"},
        "tiny/entities.yaml:12: the entity lora is given twice, first at tiny/entities.yaml:1 => keep one of the two",
    ),
    (
        swap("claims.yaml", "  object: cost\n  evidence:", "  object: lora\n  evidence:"),
        "tiny/claims.yaml:3: lora lowers itself => a claim joins two different entities",
    ),
    # claims.yaml, the list of evidence
    (
        {"claims.yaml": "- {subject: lora, relation: lowers, object: cost, evidence: {work: hu2022}}\n"},
        "tiny/claims.yaml:1: evidence must be a list => begin each item with `- `",
    ),
    (
        {"claims.yaml": "- subject: lora\n  relation: lowers\n  object: cost\n  evidence:\n    - hu2022\n"},
        "tiny/claims.yaml:5: an evidence item is a list of fields => write `- id: …`",
    ),
    # works.yaml
    (
        {"works.yaml": "- id: hu2022\n  status: retraced\n"},
        "tiny/works.yaml:2: 'retraced' is not a work status; did you mean retracted",
    ),
    (
        {"works.yaml": "- id: hu2022\n  year: 22022\n"},
        "tiny/works.yaml:2: year: ",
    ),
    # coverage.yaml
    (
        {"coverage.yaml": "- locator: item 1\n  statement: So it is.\n  claims:\n    - lora--raises--cost\n"},
        "tiny/coverage.yaml:4: claims: there is no claim lora--raises--cost; did you mean lora--lowers--cost",
    ),
    (
        {"coverage.yaml": "- locator: item 1\n  statement: So it is.\n  work_notes: [hu2022]\n"},
        "tiny/coverage.yaml:3: there is no note on the work hu2022 => add [[work_notes]] for it to pack.toml",
    ),
    (
        {"coverage.yaml": "- locator: item 1\n  statement: So it is.\n  entities: [lora]\n"},
        "tiny/coverage.yaml:1: the row names neither a claim nor a work note => say what represents it",
    ),
]
