"""The demo shop: a generated catalogue, its feeds and its pictures. All of it is invented."""

from origin.demo.catalogue import DEMO_MARKETS, generate
from origin.demo.feeds import write_feeds
from origin.demo.pictures import draw_picture, write_pictures
from origin.demo.shopfile import write_shop

__all__ = ["DEMO_MARKETS", "draw_picture", "generate", "write_feeds", "write_pictures", "write_shop"]
