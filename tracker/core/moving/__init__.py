"""Moving in and out: tickets of other systems as this desk's, and this desk's as files."""
