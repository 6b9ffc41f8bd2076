"""The tests of bad_input_test.py with both entities in PostgreSQL: nobody can tell from an answer where it came from."""

from bad_input_test import *  # noqa: F403
from postgres_server import events, server  # noqa: F401, F811  instead of what conftest.py gives by that name
