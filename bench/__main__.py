"""`python -m bench`: a whole film phase by phase, then a render against its encode alone."""

from __future__ import annotations

import sys

from bench import film, render

if __name__ == "__main__":
    sys.argv = sys.argv[:1]
    film.main()
    print()
    render.main()
