"""Citations: readers and writers of bibliographic formats, duplicates, formatted references.

Lives here: pure rooms, text in and works out. May enter: `kg.inputs` and below. Never here: the database; no sockets.
"""
