"""Writers of what others read: one room per format.

Lives here: nothing else. May enter: snapshots. Never here: a format itself.
"""
