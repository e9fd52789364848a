"""Where in the list of categories a dossier may stand."""

from __future__ import annotations

from db.profiles import Profile
from domain.errors import Refused
from domain.texts import line


def refuse_unknown_category(profile: Profile, sector: str, category: str | None, subcategory: str | None) -> None:
    """Raises Refused ``missing``, ``unknown_value``, ``use_hand_over`` (the category belongs in a closed compartment)."""
    category, subcategory = line(category, "category"), line(subcategory, "subcategory")
    if not category:
        raise Refused("missing", "category")
    special = next((each for each in profile.restricted if each.name == category), None)
    if special is not None and special.treatment != "red_flag":
        raise Refused("use_hand_over", "category")
    known = {each.name: each.subcategories for each in profile.categories_for(sector)}
    known |= {special.name: special.subcategories} if special is not None else {}
    if category not in known:
        raise Refused("unknown_value", "category")
    if subcategory and subcategory not in known[category]:
        raise Refused("unknown_value", "subcategory")
