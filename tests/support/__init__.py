"""What tests share: real servers, agents and databases, started and stopped."""
