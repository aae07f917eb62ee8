"""One suite for every connector of the registry, each against its simulator over real sockets."""
