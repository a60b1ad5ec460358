"""The WSGI entry: ``gunicorn wsgi:app``."""

import sys

from portal.app import create_app
from portal.kernel.errors import OperatorError

#: gunicorn stops on this exit code instead of starting its workers again and again.
APP_LOAD_ERROR = 4

try:
    app = create_app()
except OperatorError as error:
    sys.stderr.write(f"sanbao: {error}\n")
    sys.exit(APP_LOAD_ERROR)
