"""Pages on which people contribute, review, look into the history and undo; and where they sign in.

Lives here: what their templates are given, one module for each kind of page. May enter: requests, forms.
Never here: HTML (templates), what an act does to the record (kg.contributing, kg.reviewing, kg.remembering).
"""
