"""What an operator does; used by the command line and by the Flower pages alike."""
