"""Settings of the client that cannot be right, or must not be deployed."""

import pytest
from pydantic import ValidationError

from app.core.settings import CoreSettings
from app.http_client.settings import HttpClientSettings


@pytest.mark.parametrize(
    "entry",
    ["http://shop.internal", "shop.internal:80", "10.0.0.1/8", "a*.internal", "*", "Shop", "[::1]"],
)
def test_what_is_neither_host_nor_network_is_refused(entry: str) -> None:
    with pytest.raises(ValidationError, match="allowed_private"):
        HttpClientSettings(allowed_private=(entry,))


@pytest.mark.parametrize("network", ["0.0.0.0/0", "::/0", "169.254.0.0/16", "fd00::/8"])
def test_the_metadata_of_clouds_must_stay_out_of_reach(network: str) -> None:
    settings = HttpClientSettings(allowed_private=("10.0.0.0/8", network, "orders.internal"))
    (danger,) = settings.dangers(CoreSettings())
    assert network in danger


def test_networks_inside_are_no_danger() -> None:
    settings = HttpClientSettings(allowed_private=("10.0.0.0/8", "fd12::/16", "*.cluster.local"))
    assert not list(settings.dangers(CoreSettings()))
