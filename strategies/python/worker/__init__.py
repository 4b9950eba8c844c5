"""Serves a program to packbench over pipes; doc.go beside it has the protocol.

There is a process per program and backend. File 3 brings requests, file 4 takes
replies, file 5 is closed when packbench ends. Standard output and standard error are
a log.
"""
