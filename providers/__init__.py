"""Outside services behind three ports, and the one door through which money leaves."""
