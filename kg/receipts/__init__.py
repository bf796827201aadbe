"""Receipts: what an answer rests on, whether it still comes out the same, and what changed since.

Lives here: pure rooms over answers and networks. May enter: documents of answers, networks, works.
Never here: SQL (record/kept), asking (the face does that), doors.
"""
