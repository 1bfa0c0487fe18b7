"""Benchmarks: what the tracker costs, as ratios measured in one run. `make bench` runs them."""
