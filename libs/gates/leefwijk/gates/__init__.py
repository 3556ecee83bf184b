"""Gates: pure rules that say why an effort may or may not go ahead. No I/O, no service."""
