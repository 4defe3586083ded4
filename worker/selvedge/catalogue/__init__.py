"""What a shop sells: styles, products, offers, and the evidenced facts about them."""
