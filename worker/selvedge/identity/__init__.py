"""Who may do what: service tokens, and the tokens of the shop's own OpenID provider."""
