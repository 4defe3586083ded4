"""Events at the origin: kept once each, for the purposes that were allowed, and what follows from them."""
