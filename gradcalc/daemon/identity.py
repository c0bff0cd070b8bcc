"""What must be the same in two processes for one to answer in place of the other.

Comes in: this process. Goes out: text to compare. Imports the standard library only, and little of it: the client
does. Whether the files behind the imported modules have changed since is looked at by the daemon, which knows them.
"""

from __future__ import annotations

import os
import resource
import sys

import gradcalc

#: Variables by their first letters that a library or the loader reads when it is loaded: too late for a forked process.
_READ_AT_IMPORT = (
    *("OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "BLIS_", "VECLIB_", "ONEDNN_", "DNNL_", "ATEN_"),
    *("TORCH", "PYTORCH", "CUDA_", "CUBLAS_", "CUDNN_", "NVIDIA_", "HIP_", "ROCR_", "HSA_"),
    *("SYMPY_", "MPMATH_", "FLINT_", "NPY_", "NUMPY_", "LD_", "DYLD_", "MALLOC_", "GLIBC_"),
)
_FLAGS = (
    *("debug", "inspect", "interactive", "optimize", "no_user_site", "no_site", "ignore_environment", "verbose"),
    *("bytes_warning", "hash_randomization", "isolated", "dev_mode", "utf8_mode", "warn_default_encoding"),
    "int_max_str_digits",
)


def identity() -> str:
    """Version, interpreter, import path, limits of the process, environment of the libraries; ASCII, without NUL."""
    root = os.stat("/")
    return ascii((
        gradcalc.__version__,
        (sys.version, sys.prefix, sys.base_prefix, import_path()),
        tuple(getattr(sys.flags, flag, None) for flag in _FLAGS),
        (sys.warnoptions, sys._xoptions, sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()),  # noqa: SLF001 - -X has no other name
        (root.st_dev, root.st_ino),
        (os.getegid(), os.getgroups()),
        os.sched_getaffinity(0) if sys.platform == "linux" else None,
        [resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_")],
        sorted(item for item in os.environ.items() if item[0].startswith(_READ_AT_IMPORT)),
    ))  # fmt: skip


def package_root() -> str:
    """The directory that holds the package."""
    return os.path.dirname(os.path.dirname(os.path.abspath(gradcalc.__file__)))


def import_path() -> list[str]:
    """Where this package lies, then `sys.path` without that and without what the way of starting put first."""
    root = package_root()
    return [root, *(entry for entry in sys.path[not sys.flags.safe_path :] if entry != root)]
