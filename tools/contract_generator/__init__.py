"""What `generate_contracts` is made of: reading the schemas, laying out text, writing modules."""
