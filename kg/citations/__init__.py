"""Citations: readers and writers of bibliographic formats, duplicates, formatted references, look-ups.

Lives here: pure rooms, text in and works out; `.fetch` alone opens connections. May enter: `kg.inputs` and below.
Never here: the database.
"""
