"""Names and addresses of hosts, as URLs and settings have them."""

from __future__ import annotations

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether a name, or an address without brackets, is this machine's own.

    ``localhost`` and the names below it never leave the machine (RFC 6761, 6.3).
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
