"""Published methods, one a file, with the published numbers as defaults."""

from ._cutpaste import cutpaste
from ._cutpaste_scar import cutpaste_scar
from ._draem import draem
from ._real_defects import real_defects

__all__ = ["cutpaste", "cutpaste_scar", "draem", "real_defects"]
