"""What the stronger bound says of every pair of unit and zone: by how much it rises where the unit is in the zone.

A plan that costs less than the best has no pair that loses more than lies between the best and the bound. So good
plans are made of pairs that lose next to nothing, and few are left to choose from.
Source: docs/zoning.md (looking closely).
"""

import numpy as np

from zoning.engine.bound_kernel import FAR
from zoning.engine.losses_kernel import zone_losses
from zoning.engine.problem import IntArray
from zoning.engine.strengthen import Proof, Shop, gains


def pair_losses(shop: Shop, proof: Proof) -> IntArray:
    """Return by how much the bound that the proof proves rises with each pair, [n_units, n_zones], exact.

    The zone has the unit and less of what it would have rather, and no other zone has it. FAR where the zone cannot
    have it, or no other can.
    """
    gain = gains(shop, proof)
    having, lacking = np.empty_like(gain), np.empty_like(gain)
    for z, seats in enumerate(shop.room.tolist()):
        here = slice(shop.start[z], shop.start[z + 1])
        zone_losses(gain[here], shop.size[here], seats, having[here], lacking[here])
    elsewhere = np.zeros(len(shop.is_open), dtype=np.int64)
    np.add.at(elsewhere, shop.unit, lacking)
    losses = np.full(shop.place.shape, FAR, dtype=np.int64)
    losses[shop.unit, shop.zone] = having + elsewhere[shop.unit] - lacking
    return losses
