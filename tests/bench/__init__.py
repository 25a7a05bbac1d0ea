"""What generated services cost, beside the least programs that do the same."""
