"""What the explorer shows of questions on maps alone: ``tasks`` has a row for each of them."""
