"""The proxy that the environment names for an address, and connections that go through it."""

from __future__ import annotations

import urllib.request
from typing import Any
from urllib.parse import unquote, urlsplit

import httpcore


class UnusableProxy(Exception):
    """The environment names a proxy that cannot be used; the message says which."""


def proxy_for(scheme: str, host: str) -> str | None:
    """The URL of the proxy for a host, from `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`; None for none."""
    named = urllib.request.getproxies()
    proxy = named.get(scheme) or named.get("all")
    if not proxy or urllib.request.proxy_bypass(host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def pool_through(proxy: str, **settings: Any) -> httpcore.ConnectionPool:
    """A pool whose connections go through a proxy. Raises `UnusableProxy`."""
    try:
        parts = urlsplit(proxy)
        url = httpcore.URL(
            scheme=parts.scheme.lower().encode("ascii"),
            host=(parts.hostname or "").encode("ascii"),
            port=parts.port,
            target=b"/",
        )
    except ValueError as error:
        raise UnusableProxy("the environment names a proxy that has no usable address") from error
    auth = None
    if parts.username or parts.password:
        auth = (unquote(parts.username or "").encode(), unquote(parts.password or "").encode())
    shown = f"{parts.scheme}://{parts.hostname}"
    if parts.scheme in ("http", "https"):
        return httpcore.HTTPProxy(proxy_url=url, proxy_auth=auth, **settings)
    if parts.scheme in ("socks5", "socks5h"):
        try:
            return httpcore.SOCKSProxy(proxy_url=url, proxy_auth=auth, **settings)
        except RuntimeError as error:
            raise UnusableProxy(
                f"the environment names the proxy {shown}; SOCKS needs the package socksio"
            ) from error
    raise UnusableProxy(f"the environment names the proxy {shown}, which is of no kind that can be used")
