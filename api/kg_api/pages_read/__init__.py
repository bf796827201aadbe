"""Pages that are read: the gap map, the records, the questions, search, help and errors.

Lives here: what their templates are given, one module for each kind of page. May enter: requests, networks, answers.
Never here: HTML (templates), how a question is answered (kg.question), writing to the record.
"""
