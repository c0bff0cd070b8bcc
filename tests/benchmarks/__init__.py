"""Speed, as ratios of times measured in one run on one machine; never a test, since machines are noisy."""
