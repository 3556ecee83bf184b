"""Sample data: real figures of a few districts and invented life in them."""

from leefwijk.local.sample.loading import load_sample
from leefwijk.local.sample.script import MUNICIPALITIES

__all__ = ["MUNICIPALITIES", "load_sample"]
