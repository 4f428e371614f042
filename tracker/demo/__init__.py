"""The demo story: an invented district that lives around today, made by the product's own commands."""
