"""The record as linked data: triples, named graphs, RDF in and out.

Lives here: nothing else; each room is one idea. May enter: snapshots, networks. Never here: HTTP.
"""
