"""What hub and agent say to each other: messages, codec and the link's state machine; no sockets in here."""
