"""Orders from a file into the ledger: read in bounded memory, resumed where it stopped, at a pace live orders bear."""
