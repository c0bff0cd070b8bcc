"""One-sided analysis at kinks and singular points: generalised series in t -> 0+, and difference quotients."""
