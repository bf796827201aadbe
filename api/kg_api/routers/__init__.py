"""One room per group of routes; each passes what was asked to the graph's face and sends the bytes that come back."""
