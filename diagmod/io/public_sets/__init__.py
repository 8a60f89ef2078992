"""Public data sets of this field, from a folder that the user downloaded: one module a set.

What a module knows of its set (names, fields, rate, nameplate, labels) stands in its docstring with the source. What no
source says stays empty. The user's folder is read and never written to.
"""
