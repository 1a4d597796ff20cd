"""What whoever runs Vigie does from their own machine; it never ships to Lambda."""
