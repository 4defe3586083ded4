"""The collaborative model of returning shoppers: implicit ALS over what people did who allow training."""
