"""The command `upheaval`: one module a command; nothing else imports them."""
