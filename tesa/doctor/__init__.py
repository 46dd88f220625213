"""`tesa doctor`: explains every setting and says what is unfit, with what to do.

Exit 0: all that can be seen is fit. 1: something is unfit. A line that cannot be seen from here is neither.
"""

from tesa.doctor.examine import examine
from tesa.doctor.finding import Finding

__all__ = ["Finding", "examine"]
