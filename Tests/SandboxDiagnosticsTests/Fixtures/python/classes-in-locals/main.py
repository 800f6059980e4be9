from fractions import Fraction
from decimal import Decimal
print(Fraction(1,2) + Decimal("0.5"))
