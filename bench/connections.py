"""What others notice of very many connections: `python bench/connections.py [--connections N] [--requests N]`.

Starts the mock as a process, holds N connections open to it, half of them in the middle of their headers, and prints how
long a client beside them waits for an answer, with them and without, as the median and the longest of its requests, in
milliseconds; and what the mock takes of memory for each connection.  Ends with 1 where a request failed.
"""

import argparse
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import httpx

from callpark.proof.server_process import ServerProcess
from mockserver.descriptors import take_all_descriptors

CALL = "/uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333"
TOKEN = "Bearer mock.default.12"
