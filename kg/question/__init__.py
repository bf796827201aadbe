"""One room per question. Each is a pure function of (network, parameters) and returns an `Answer`."""
