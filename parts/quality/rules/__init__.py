"""What the room knows without a database: the eight steps, likeness of reports, the effect of a measure."""
