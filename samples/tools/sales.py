"""A report of what was sold, from a CSV file with the columns date, product, quantity and cents."""

import csv
import sys
from collections import defaultdict


def read_sales(path):
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            yield {
                "date": row["date"],
                "product": row["product"],
                "quantity": int(row["quantity"]),
                "cents": int(row["cents"]),
            }


def total_by_product(sales):
    totals = defaultdict(int)
    for sale in sales:
        totals[sale["product"]] += sale["quantity"] * sale["cents"]
    return totals


def total_by_date(sales):
    totals = defaultdict(int)
    for sale in sales:
        totals[sale["date"]] += sale["quantity"] * sale["cents"]
    return totals


def format_cents(cents):
    return f"{cents // 100}.{cents % 100:02d}"


def main():
    sales = list(read_sales(sys.argv[1]))
    for product, cents in sorted(total_by_product(sales).items()):
        print(f"{product:20} {format_cents(cents):>10}")


if __name__ == "__main__":
    main()
