"""Housing mix: the homes of the corporation, their condition and the plans with them."""
