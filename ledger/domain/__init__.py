"""What the supply chain is: identifiers, quantities, lots, labels and their rules. Pure."""
