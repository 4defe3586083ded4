"""From a built snapshot to the key-value store: parts first, verified, then the signed pointer."""
