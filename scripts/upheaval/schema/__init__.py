"""The publication, its vocabulary and shapes, and the contract, context and schemas derived from them."""
