"""What the HTTP API says to people and programs: JSON models, and the few pages of HTML."""
