"""The jobs that are measured, by what they are about."""
