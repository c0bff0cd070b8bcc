"""Where a formula is defined and may jump, as clauses about signs of polynomials, and what follows from them."""
