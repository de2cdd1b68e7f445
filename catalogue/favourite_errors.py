"""How keeping favourites says no."""

from foundation.errors import Conflict


class TooManyFavourites(Conflict):
    """收藏已满 200 个，请先取消一些不再需要的收藏。"""
