"""Readers of what others send: one room for each format."""
