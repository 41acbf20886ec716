#!/usr/bin/env python3
"""The model that ships is what its data and this program, built by g++, make, to
the byte."""

import os
import pathlib
import subprocess
import sys
import tempfile

ROUTER = pathlib.Path(os.environ["EARSHOT_BIN_DIR"]) / "earshot-router"
MODELS = (pathlib.Path(os.environ["EARSHOT_SOURCE_DIR"]) / "router" / "text" /
          "models")

with tempfile.TemporaryDirectory() as folder:
    again = pathlib.Path(folder) / "understanding.model"
    subprocess.run([MODELS / "make", ROUTER, again], check=True)
    if again.read_bytes() != (MODELS / "understanding.model").read_bytes():
        sys.exit("understanding.model is not what its data make; run "
                 "router/text/models/make and commit the file")
