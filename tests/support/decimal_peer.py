# SPDX-License-Identifier: MIT
"""Reads "OPERATION A B RESULT" lines and does each sum again with Python's
decimal module. Prints the lines that it disagrees with, and exits 1."""
import sys
from decimal import Decimal, ROUND_HALF_UP, localcontext

LONGEST = 46  # digits and point
CENT = Decimal("0.01")


def places(d):
    return max(0, -d.as_tuple().exponent)


def subtract(a, b):
    return (a - b).quantize(Decimal(1).scaleb(-max(places(a), places(b))))


def percent(a, b):
    return (100 * a / b).quantize(CENT, rounding=ROUND_HALF_UP)


def shift(a, b):
    return (a.scaleb(int(b))).quantize(Decimal(1).scaleb(-max(0, places(a) - int(b))))


def cut_zeros(d):
    return d.quantize(Decimal(1)) if d == d.to_integral_value() else d.normalize()


def number(a, _):
    return cut_zeros(a)


def compare(a, b):
    return a.compare(b)


def divide(digits):
    def operation(a, b):
        exact = a / b
        unit = Decimal(1).scaleb(exact.adjusted() - digits + 1)
        return cut_zeros(exact.quantize(unit, rounding=ROUND_HALF_UP))

    return operation


def find(name):
    if name.startswith("divide"):
        return divide(int(name[len("divide"):]))
    return {"subtract": subtract, "percent": percent, "shift": shift, "number": number,
            "compare": compare}[name]


def answer(name, a, b):
    if name.startswith(("percent", "divide")) and b == 0:
        return "!"
    result = find(name)(a, b)
    text = format(abs(result), "f")
    if len(text) > LONGEST:
        return "!"
    return "-" + text if result < 0 else text


with localcontext() as context:
    context.prec = 400
    wrong = count = 0
    for line in sys.stdin:
        operation, a, b, said = line.split()
        expected = answer(operation, Decimal(a), Decimal(b))
        count += 1
        if said != expected:
            wrong += 1
            print(f"# {operation} {a} {b}: {said}, not {expected}")
    sys.exit(wrong > 0 or count == 0)
