"""Sample data: real figures of a few districts and invented life in them."""

from leefwijk.local.sample.loading import load_sample

__all__ = ["load_sample"]
