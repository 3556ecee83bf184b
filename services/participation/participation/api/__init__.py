"""The routes, a module per aggregate."""
