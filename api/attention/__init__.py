"""What somebody must look after before it is too late: papers, scales, stock, orders, labels."""
