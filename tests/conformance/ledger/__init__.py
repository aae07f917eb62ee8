"""What every ledger must do, over fakeredis and a real Valkey."""
