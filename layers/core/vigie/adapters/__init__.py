"""The outside world behind the ports, one SDK each."""
