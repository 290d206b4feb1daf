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


def answer(operation, a, b):
    if operation is percent and b == 0:
        return "!"
    result = operation(a, b)
    text = format(abs(result), "f")
    if len(text) > LONGEST:
        return "!"
    return "-" + text if result < 0 else text


with localcontext() as context:
    context.prec = 400
    wrong = count = 0
    for line in sys.stdin:
        operation, a, b, said = line.split()
        expected = answer(globals()[operation], Decimal(a), Decimal(b))
        count += 1
        if said != expected:
            wrong += 1
            print(f"# {operation} {a} {b}: {said}, not {expected}")
    sys.exit(wrong > 0 or count == 0)
