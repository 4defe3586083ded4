"""The origin: it imports catalogues, builds and publishes snapshots, and answers the edge."""
