"""Reading the settings: TOML in, frozen dataclasses out, every fault named at once."""
