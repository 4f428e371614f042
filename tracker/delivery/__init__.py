"""Messages that leave the house: endpoints, digests, deliveries and what came of each."""
