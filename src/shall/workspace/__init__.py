"""The files of a project: paths that stay inside it, atomic writes, its root and its folders."""
