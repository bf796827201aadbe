"""Lint: the quality of the record, one table of rules.

Lives here: rules, what they look at, the report. May enter: snapshots, the vocabulary.
Never here: SQL, writing; a rule finds, it mends nothing.
"""
