"""What ``trainer-client`` does beside training and data: scoring files, looking after a service."""
