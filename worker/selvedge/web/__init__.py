"""HTTP as values: requests, responses, routes, caching rules and problems."""
