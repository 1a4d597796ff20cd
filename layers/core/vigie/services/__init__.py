"""One function per stage: reads through ports, lets the domain decide, writes through ports."""
