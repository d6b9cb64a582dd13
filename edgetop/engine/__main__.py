"""`python -m edgetop.engine`: the model's process, started by edgetop with its descriptors."""

import os
import sys

from edgetop.engine.worker import main

if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # Some providers crash in their destructors at interpreter exit; everything is said by now.
    os._exit(status)
