"""The records of HTTP, files and Python alike: items, results, problems, requests, replies."""
