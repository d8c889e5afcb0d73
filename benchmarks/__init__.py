"""What the suite costs, as ratios within one run; no timed tests."""
