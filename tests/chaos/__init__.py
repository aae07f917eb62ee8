"""What must stay true while processes are killed: real servers, real workers, simulated partners."""
