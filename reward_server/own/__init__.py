"""Profiles of one's own: the file that ``new-profile`` writes, and what ``check`` looks at."""
