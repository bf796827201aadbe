"""Contributing: from what somebody says to records to be written, what they change, and how they stand in review.

Lives here: pure parts of `kg.contributing` and `kg.reviewing`. May enter: snapshots, networks, values of any door.
Never here: SQL, the clock, doors.
"""
