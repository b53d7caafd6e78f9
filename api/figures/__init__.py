"""A party's own figures: yield, loss, labels, stock and time, as charts with tables and as files."""
