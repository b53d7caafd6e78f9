"""The one bridge from ledger to printers: labels of packed lots."""
