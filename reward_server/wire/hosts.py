"""Names and addresses of hosts, as URLs, headers and settings have them."""

from __future__ import annotations

from ipaddress import ip_address


def host_of(header: str) -> str:
    """The name or address of a ``Host`` header: without port and brackets, in lower case.

    A dot at the end, which says that a name is whole, is no part of it.
    """
    host = header.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].removesuffix(".")


def is_address(host: str) -> bool:
    """Whether a host, without brackets, is an IP address and so no name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether a name, or an address without brackets, is this machine's own.

    ``localhost`` and the names below it never leave the machine (RFC 6761, 6.3).
    """
    if is_address(host):
        return ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")
