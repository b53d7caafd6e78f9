"""Tables in and out: CSV and workbooks of the diary and the registers, with a preview before."""
