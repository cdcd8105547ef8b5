#!/bin/sh
# Makes ./configure from configure.ac; needed once after a clone (quickstart does it by itself).
cd "$(dirname "$0")" && exec autoreconf -fi
